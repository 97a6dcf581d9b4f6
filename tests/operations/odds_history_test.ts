import { assertEquals } from "@std/assert";
import { openEngine } from "../../lib/engine/mod.ts";
import { OddsHistory } from "../../lib/operations/odds_history.ts";
import type { TeamGame } from "../../lib/protocol/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { sampleGame } from "../helpers/samples.ts";
import { until } from "../helpers/until.ts";

const game = (odds: number) => sampleGame("g1", { team_a_odds: odds }) as unknown as TeamGame;

Deno.test("odds are kept as they change, in their order, whoever publishes them", async () => {
  using engine = await openEngine(":memory:");
  const clock = new FakeClock();
  const one = new OddsHistory({ store: engine, clock });
  const other = new OddsHistory({ store: engine, clock });
  one.add(game(2), 100);
  one.add(game(2), 200);
  other.add(game(3), 300);
  await other.settle();
  one.add(game(4), 400);
  const told = (await one.of("g1")).map(({ at, team_a }) => [at, team_a]);
  assertEquals(told, [[100, 2], [300, 3], [400, 4]]);
  assertEquals(await one.of("none"), []);
  const [first] = await one.of("g1");
  assertEquals(first, { at: 100, team_a: 2, team_b: 3.4, tie: 3.25 });
  one.close();
});

Deno.test("of a game whose odds change all the time the newest are kept", async () => {
  using engine = await openEngine(":memory:");
  const odds = new OddsHistory({ store: engine, clock: new FakeClock() });
  for (let at = 0; at < 1000; at += 1) odds.add(game(1 + at), at);
  const kept = await odds.of("g1");
  assertEquals([kept.length, kept[0]?.at, kept.at(-1)?.at], [200, 800, 999]);
  odds.close();
});

Deno.test("odds are written down a minute after they changed", async () => {
  using engine = await openEngine(":memory:");
  const clock = new FakeClock();
  const odds = new OddsHistory({ store: engine, clock });
  odds.add(game(2), clock.now());
  await clock.advance(60_000);
  const reader = new OddsHistory({ store: engine, clock });
  await until(async () => (await reader.of("g1")).length === 1, "the odds in the store");
});
