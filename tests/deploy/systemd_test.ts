import { assert, assertEquals } from "@std/assert";
import { defaultConfig } from "../../lib/config/mod.ts";
import { type Outcome, runToEnd, TemporaryFolder } from "../helpers/process.ts";
import { testWith } from "../helpers/programs.ts";

const unit = await Deno.readTextFile(`${import.meta.dirname}/../../deploy/systemd/heliograph.service`);
const compose = await Deno.readTextFile(`${import.meta.dirname}/../../deploy/compose/compose.yaml`);

async function findMissing(): Promise<string | undefined> {
  try {
    const { success } = await new Deno.Command("systemd-analyze", { args: ["--version"], stdout: "null" })
      .output();
    return success ? undefined : "systemd-analyze does not run";
  } catch {
    return "systemd-analyze is not installed";
  }
}

const missing = await findMissing();

/** What systemd says of the unit, with a program in it that every machine has. */
async function analyze(...args: string[]): Promise<Outcome> {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/heliograph.service`;
  await Deno.writeTextFile(path, unit.replaceAll("/usr/local/bin/heliograph", "/bin/true"));
  return await runToEnd(["systemd-analyze", ...args, path], { cwd: folder.path });
}

testWith(missing, "systemd takes the unit without a complaint", async () => {
  const { code, stderr } = await analyze("verify");
  assertEquals([code, stderr], [0, ""]);
});

testWith(missing, "systemd finds the unit exposed to at most 2 of 10", async () => {
  const { code, stdout } = await analyze("security", "--no-pager", "--offline=true", "--threshold=20");
  assertEquals(code, 0, stdout);
});

Deno.test("systemd and the container give a stop longer than the gateway takes for it", () => {
  const [, systemd] = /^TimeoutStopSec=(\d+)$/m.exec(unit) ?? [];
  const [, container] = /^ +stop_grace_period: (\d+)s$/m.exec(compose) ?? [];
  const longest = defaultConfig().shutdown_timeout;
  assert(Number(systemd) > longest, systemd);
  assert(Number(container) > longest, container);
});
