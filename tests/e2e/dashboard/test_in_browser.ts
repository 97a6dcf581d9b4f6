import { assert } from "@std/assert";
import { findChromium, testWith } from "../../helpers/programs.ts";

const missing = await findChromium() === undefined ? "no Chromium on the PATH" : undefined;

/** Runs tests in a process of their own: what drives the browser needs more permissions than the other tests. */
async function runCases(name: string): Promise<void> {
  const cases = new URL(name, import.meta.url).pathname;
  const args = ["test", "--allow-all", "--no-check", "--quiet", cases];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    env: { NO_COLOR: "1" },
  }).output();
  const [said, complained] = [stdout, stderr].map((output) => new TextDecoder().decode(output));
  assert(success, `${said}\n${complained}`);
}

/** Runs a file of cases as one test: in a module of its own, so that it runs beside the others. */
export function testInBrowser(cases: string, name: string): void {
  testWith(missing, name, () => runCases(cases));
}
