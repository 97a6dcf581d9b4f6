import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import type { DemoMiner, Tally } from "../../lib/cli/demo/demo_miner.ts";
import { makeReport } from "../../lib/cli/demo/report.ts";
import { readDemoSettings } from "../../lib/cli/demo/settings.ts";
import { ConfigError } from "../../lib/config/mod.ts";

const root = new URL("../../", import.meta.url);

function minerWith(tally: Partial<Tally>, open = 0): DemoMiner {
  const empty: Tally = {
    wishes: 1,
    confirmed: new Map([["p1", { sequence: 1, times: 1 }]]),
    moved: 0,
    refused: [],
    updates: 0,
    reconnects: 0,
    overHttp: 0,
    latencies: [12, 3],
    problems: [],
  };
  return { number: 4, open, tally: { ...empty, ...tally } } as DemoMiner;
}

Deno.test("the demo's flags have defaults that depend on its mode", () => {
  const { validator: _, ...both } = readDemoSettings([]);
  assertEquals(both, { mode: "both", seconds: 15, port: 0 });
  const alone = readDemoSettings(["--mode=validator", "--seconds=5"]);
  assertEquals(alone, { mode: "validator", seconds: 5, port: 10401, validator: "ws://127.0.0.1:10401/ws" });
  assertEquals(readDemoSettings(["--mode", "validator", "--seconds", "5"]), alone);
});

for (const flag of ["--mode=all", "--seconds=0", "--seconds=soon", "--port=70000", "--speed=2", "now"]) {
  Deno.test(`the demo refuses ${flag} and names it`, () => {
    const { message } = assertThrows(() => readDemoSettings([flag]), ConfigError);
    assertMatch(message, new RegExp(flag.replace(/=.*/, "")));
  });
}

Deno.test("the demo's report finds no fault when each wish was confirmed once", async () => {
  const { faults } = await makeReport([minerWith({})], undefined);
  assertEquals(faults, []);
});

const faulty: [string, DemoMiner, RegExp][] = [
  ["a wish that was not confirmed", minerWith({}, 1), /1 predictions were not confirmed/],
  [
    "a confirmation that came twice",
    minerWith({ confirmed: new Map([["p1", { sequence: 1, times: 2 }]]) }),
    /2 times/,
  ],
  ["a refusal", minerWith({ refused: ["Unknown game: g9"] }), /refused: Unknown game/],
  ["a run without predictions", minerWith({ wishes: 0, confirmed: new Map() }), /no prediction was made/],
];
for (const [what, miner, expected] of faulty) {
  Deno.test(`the demo's report finds ${what}`, async () => {
    const { faults } = await makeReport([miner], undefined);
    assertEquals(faults.length, 1);
    assertMatch(faults[0] ?? "", expected);
  });
}

Deno.test("the demo shows a real server, ten miners, an outage and the way over HTTP, and ends well", async () => {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-read",
      "--allow-write",
      "--allow-net",
      "--allow-env",
      "main.ts",
      "demo",
      "--seconds=4",
    ],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout);
  for (const line of ["miner 4 is cut off", "miner 4 is back", "miner 8 gets only HTTP through"]) {
    assertMatch(text, new RegExp(line));
  }
  assertMatch(text, /all confirmed exactly once\n$/);
  assertEquals(code, 0);
});
