import { assert } from "@std/assert";
import { findChromium, testWith } from "../helpers/programs.ts";

const missing = await findChromium() === undefined ? "no Chromium on the PATH" : undefined;

/** Runs tests in a process of their own: what drives the browser needs more permissions than the other tests. */
async function runCases(name: string): Promise<void> {
  const cases = new URL(`dashboard/${name}`, import.meta.url).pathname;
  const args = ["test", "--allow-all", "--no-check", "--quiet", cases];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    env: { NO_COLOR: "1" },
  }).output();
  const [said, complained] = [stdout, stderr].map((output) => new TextDecoder().decode(output));
  assert(success, `${said}\n${complained}`);
}

testWith(
  missing,
  "the dashboard in a browser shows what a gateway says, whatever happens to it",
  () => runCases("gateway_cases.ts"),
);

testWith(
  missing,
  "the dashboard in a browser suits eyes, hands and ears, and does not grow",
  () => runCases("page_cases.ts"),
);

testWith(
  missing,
  "the console in a browser shows operators what happens, and does what they ask for",
  () => runCases("console_cases.ts"),
);

testWith(
  missing,
  "the reference in a browser is searched, copied from and tried",
  () => runCases("reference_cases.ts"),
);

testWith(
  missing,
  "the console in a browser checks receipts without taking the gateway's word",
  () => runCases("receipts_cases.ts"),
);

testWith(
  missing,
  "the console in a browser shows jobs, keys, streams, alerts and servers, and does what operators ask for",
  () => runCases("operations_cases.ts"),
);

testWith(
  missing,
  "every page in a browser suits everybody, at any width, with any number of rows, whatever happens to the server",
  () => runCases("all_pages_cases.ts"),
);
