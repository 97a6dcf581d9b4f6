import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Commands } from "../../lib/cli/command.ts";
import { runCompletions } from "../../lib/cli/completions.ts";
import { describeSettings } from "../../lib/config/mod.ts";
import { MemoryStdio } from "../helpers/memory_stdio.ts";
import { type Outcome, runToEnd, TemporaryFolder } from "../helpers/process.ts";
import { testWith } from "../helpers/programs.ts";

const commands: Commands = {
  serve: { summary: "start the gateway", load: () => import("../../lib/cli/serve.ts") },
  demo: { summary: "a server and it's miners", load: () => import("../../lib/cli/demo.ts") },
  keys: { summary: "make keys", load: () => import("../../lib/cli/keys.ts") },
  config: { summary: "print", load: () => import("../../lib/cli/config.ts") },
};

async function scriptFor(shell: string): Promise<string> {
  const stdio = new MemoryStdio();
  assertEquals(await runCompletions([shell], commands, stdio), 0);
  return stdio.printed;
}

async function hasProgram(name: string): Promise<boolean> {
  try {
    return (await new Deno.Command(name, { args: ["--version"], stdout: "null" }).output()).success;
  } catch {
    return false;
  }
}

const missing = async (name: string) => await hasProgram(name) ? undefined : `${name} is not installed`;
const [noBash, noZsh, noFish] = await Promise.all(["bash", "zsh", "fish"].map(missing));

/** What bash offers after these words, the last of which is being typed. */
async function complete(...words: string[]): Promise<string[]> {
  await using folder = await TemporaryFolder.make();
  await Deno.writeTextFile(`${folder.path}/a file.key`, "");
  const asked = `COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _heliograph; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const script = `${await scriptFor("bash")}\nset -u\n${asked}`;
  const line = ["bash", "--noprofile", "--norc", "-c", script, "bash", "heliograph", ...words];
  const { stdout, stderr } = await runToEnd(line, { cwd: folder.path });
  assertEquals(stderr, "");
  return stdout.split("\n").filter((word) => word !== "");
}

testWith(noBash, "bash completes commands, and what a command takes", async () => {
  assertEquals(await complete("ke"), ["keys"]);
  assertEquals(await complete("help", "se"), ["serve"]);
  assertEquals(await complete("keys", "in"), ["inspect"]);
  assertEquals(await complete("keys", "--o"), ["--out="]);
  assertEquals(await complete("keys", "sign", "--js"), ["--json"]);
});

testWith(noBash, "bash completes the values of a flag, at the sign and behind it", async () => {
  assertEquals(await complete("demo", "--mode", "="), ["both", "validator", "miner"]);
  assertEquals(await complete("demo", "--mode", "=", "mi"), ["miner"]);
  assertEquals(await complete("serve", "--websocket.enabled", "=", "T"), ["True"]);
});

testWith(
  noBash,
  "bash completes files where a value may be one, with blanks in their names too",
  async () => {
    assertEquals(await complete("keys", "sign", "--key", "=", "a"), ["a file.key"]);
    assertEquals(await complete("keys", "inspect", "a"), ["a file.key"]);
  },
);

testWith(noBash, "bash offers every setting after serve and config, and no secret", async () => {
  const flags = (secrets: boolean) =>
    describeSettings().filter(({ secret }) => secret === secrets).map(({ name }) => `--${name}=`);
  const [expected, hidden] = [flags(false), flags(true)];
  assertEquals(hidden.length > 0, true);
  for (const command of ["serve", "config"]) {
    const offered = new Set(await complete(command, "--"));
    assertEquals(expected.filter((flag) => !offered.has(flag)), []);
    assertEquals(hidden.filter((flag) => offered.has(flag)), []);
    assertEquals([...offered].filter((flag) => flag.includes("SETTING")), []);
  }
  assertEquals((await complete("demo", "--")).includes("--store="), false);
});

async function check(shell: string, flag: string): Promise<Outcome> {
  await using folder = await TemporaryFolder.make();
  await Deno.writeTextFile(`${folder.path}/script`, await scriptFor(shell));
  return await runToEnd([shell, flag, "script"], { cwd: folder.path });
}

testWith(noZsh, "zsh takes the script for it as sound", async () => {
  assertEquals(await check("zsh", "-n"), { code: 0, stdout: "", stderr: "" });
});

testWith(noFish, "fish takes the script for it, and completes with it", async () => {
  assertEquals(await check("fish", "-n"), { code: 0, stdout: "", stderr: "" });
  await using folder = await TemporaryFolder.make();
  await Deno.writeTextFile(`${folder.path}/script`, await scriptFor("fish"));
  const line = ["fish", "--no-config", "-c", "source script; complete -C 'heliograph demo --mode='"];
  const { stdout } = await runToEnd(line, { cwd: folder.path, env: { HOME: folder.path } });
  assertEquals(stdout.trim().split("\n").map((row) => row.split("\t")[0]).sort(), [
    "--mode=both",
    "--mode=miner",
    "--mode=validator",
  ]);
});

Deno.test("completions refuses a shell that it does not know, and more than one", async () => {
  for (const args of [[], ["powershell"], ["bash", "zsh"], ["toString"]]) {
    const stdio = new MemoryStdio();
    assertEquals(await runCompletions(args, commands, stdio), 2);
    assertEquals(stdio.printed, "");
    assertStringIncludes(stdio.complained, "bash, zsh, fish");
  }
});

Deno.test("no example of a help text is taken for a word or flag of its own", async () => {
  const script = await scriptFor("bash");
  assert(
    !/words='[^']*\b(?:heliograph|echo|HELIOGRAPH_\w+)\b/.test(script.replace(/^ {4}words='serve.*$/m, "")),
  );
});
