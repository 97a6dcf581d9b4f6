import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Usage } from "../../lib/cli/command.ts";
import { usage as config } from "../../lib/cli/config.ts";
import { usage as demo } from "../../lib/cli/demo.ts";
import { usage as doctor } from "../../lib/cli/doctor.ts";
import { helpText } from "../../lib/cli/help.ts";
import { usage as inscribe } from "../../lib/cli/inscribe.ts";
import { usage as keys } from "../../lib/cli/keys.ts";
import { usage as miner } from "../../lib/cli/miner.ts";
import { usage as receipts } from "../../lib/cli/receipts.ts";
import { usage as serve } from "../../lib/cli/serve.ts";
import { usage as why } from "../../lib/cli/why.ts";
import { usage as bench } from "../../scripts/bench/settings.ts";

const all: readonly Usage[] = [serve, miner, inscribe, demo, keys, receipts, doctor, why, config, bench];

for (const usage of all) {
  Deno.test(`the help of ${usage.name} fits into 80 columns, and begins with how it is called`, () => {
    const lines = helpText(usage).split("\n");
    assertEquals(lines.filter((line) => line.length > 80), []);
    assertMatch(lines[0] ?? "", new RegExp(`^Usage: (?:heliograph|deno task) ${usage.name}\\b`));
    assertEquals(lines.filter((line) => line !== line.trimEnd()), []);
  });

  Deno.test(`every sentence in the help of ${usage.name} ends with a period`, () => {
    const { about, closing = "A.", actions = [] } = usage;
    const options = [usage, ...actions].flatMap(({ options }) => Object.values(options));
    for (const text of [about, closing, ...options.map(({ doc }) => doc)]) assertMatch(text, /^[A-Z].*\.$/);
  });
}

Deno.test("help tells units and defaults, and the file of settings", () => {
  const help = helpText(serve).replaceAll(/\s+/g, " ");
  assertStringIncludes(help, "--config=FILE YAML file with settings");
  assertStringIncludes(help, "Default: 50 messages/s.");
  assertStringIncludes(help, "Default: 10 s.");
  assertStringIncludes(help, "Default: 25000 ms.");
  assertStringIncludes(help, "Default: 1MiB.");
});
