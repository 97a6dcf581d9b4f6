import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Commands } from "../../lib/cli/command.ts";
import { runMan } from "../../lib/cli/man.ts";
import { MemoryStdio } from "../helpers/memory_stdio.ts";
import { runToEnd, TemporaryFolder } from "../helpers/process.ts";
import { testWith } from "../helpers/programs.ts";

const commands: Commands = {
  serve: { summary: "start the gateway", load: () => import("../../lib/cli/serve.ts") },
  keys: { summary: "make keys", load: () => import("../../lib/cli/keys.ts") },
  store: { summary: "verify, back up", load: () => import("../../lib/cli/store.ts") },
};

async function page(): Promise<string> {
  const stdio = new MemoryStdio();
  assertEquals(await runMan([], commands, stdio), 0);
  return stdio.printed;
}

async function whyNoMan(): Promise<string | undefined> {
  const { code } = await runToEnd(["sh", "-c", "command -v groff || command -v mandoc"], { cwd: "/" });
  return code === 0 ? undefined : "neither groff nor mandoc";
}

Deno.test("the page for man has every command with its flags, and no line that is taken for a request", async () => {
  const text = await page();
  assertMatch(text, /^\.TH HELIOGRAPH 1 /);
  for (const wanted of [".SH SERVE\n", ".SS keys new\n", ".B \\-\\-port=", ".SS store backup\n"]) {
    assertStringIncludes(text, wanted);
  }
  const requests = new Set(text.split("\n").flatMap((line) => /^[.'](\S*)/.exec(line)?.[1] ?? []));
  assertEquals([...requests].sort(), ["B", "I", "PP", "SH", "SS", "TH", "TP", "fi", "nf"]);
});

testWith(await whyNoMan(), "man's own formatter finds nothing wrong with the page", async () => {
  await using folder = await TemporaryFolder.make();
  await Deno.writeTextFile(`${folder.path}/heliograph.1`, await page());
  const line =
    "if command -v groff >/dev/null; then groff -man -Tascii -ww heliograph.1; else mandoc -Tlint heliograph.1; fi";
  const { stdout, stderr } = await runToEnd(["sh", "-c", line], { cwd: folder.path });
  assertEquals(stderr, "");
  assertStringIncludes(stdout, "gateway for miners");
});
