import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import { betPace, type DemoMiner, type Tally, wager } from "../../lib/cli/demo/demo_miner.ts";
import type { DemoValidator } from "../../lib/cli/demo/demo_validator.ts";
import { demoGames } from "../../lib/cli/demo/fixtures.ts";
import { makeReport } from "../../lib/cli/demo/report.ts";
import { readDemoSettings } from "../../lib/cli/demo.ts";
import { LiveView } from "../../lib/cli/demo/view.ts";
import { dailyWagerLimit } from "../../lib/validator/mod.ts";
import { commandLine } from "../helpers/process.ts";
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

Deno.test("a miner of the demo may bet for a whole day", () => {
  assert(wager > 0 && wager * 24 * 3600 * 1000 / betPace <= dailyWagerLimit);
});

for (const [columns, rows] of [[80, 24], [40, 16], [120, 50]] as const) {
  Deno.test(`the demo's picture fits into ${columns} by ${rows}, is drawn in place, and leaves nothing`, () => {
    let written = "";
    const miners = Array.from({ length: 10 }, (_, index) => ({
      ...minerWith({}, 3),
      number: index + 1,
      client: { state: "waiting" },
      cable: { state: "cut" },
      reason: "until it is back, however long that takes it",
    } as unknown as DemoMiner));
    const games = demoGames(0, () => 0.5);
    const view = new LiveView({
      miners,
      validator: { games } as DemoValidator,
      url: "ws://127.0.0.1:10401/ws",
      write: (text) => void (written += text),
      size: () => ({ columns, rows }),
    });
    for (let count = 0; count < 20; count++) view.news(`${count} ${"news ".repeat(30)}`);
    view.refresh(3);
    const lines = stripAnsiCode(written).split("\n");
    assert(lines.length <= rows, `${lines.length} lines`);
    assertEquals(lines.filter((line: string) => line.length > columns), []);
    assertMatch(written, /Heliograph demo/);
    written = "";
    view.refresh(2);
    assert(written.startsWith(`\x1b[${lines.length - 1}A`));
    written = "";
    view.end();
    view.end();
    view.refresh(1);
    assertEquals(stripAnsiCode(written).trim(), "");
    assert(written.endsWith(`\x1b[${lines.length - 1}A\x1b[?25h`));
  });
}

Deno.test("the demo ends quietly when nobody looks any more", async () => {
  const [program = "", ...args] = commandLine("demo", "--seconds=60");
  const child = new Deno.Command(program, { args, stdout: "piped", stderr: "piped" }).spawn();
  await child.stdout.cancel();
  const complained = await new Response(child.stderr).text();
  assertEquals([(await child.status).code, complained], [141, ""]);
});

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
