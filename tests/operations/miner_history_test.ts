import { assertEquals } from "@std/assert";
import { openEngine } from "../../lib/engine/mod.ts";
import { addDays, tellDay } from "../../lib/operations/miner_figures.ts";
import { MinerHistory } from "../../lib/operations/miner_history.ts";
import { FakeClock } from "../helpers/fake_clock.ts";

const halfHour = 1_800_000;
const server = () => "one";

/** What is known of a miner, as the places that are not zero. */
function told(history: MinerHistory, hotkey: string) {
  const day = history.day().days.get(hotkey);
  const places = (counts: readonly number[] = []) =>
    counts.flatMap((count, place) => count === 0 ? [] : [[place, count]]);
  return { accepted: places(day?.accepted), refused: places(day?.refused) };
}

Deno.test("a miner's predictions of the last day are counted in half hours, and go after a day", async () => {
  using engine = await openEngine(":memory:");
  const clock = new FakeClock();
  const history = new MinerHistory({ clock, store: engine, server });
  history.count("a", true);
  history.count("a", true);
  history.count("a", false);
  assertEquals(told(history, "a"), { accepted: [[47, 2]], refused: [[47, 1]] });
  assertEquals(told(history, "b"), { accepted: [], refused: [] });
  await clock.advance(2 * halfHour);
  history.count("a", true);
  assertEquals(told(history, "a"), { accepted: [[45, 2], [47, 1]], refused: [[45, 1]] });
  await clock.advance(46 * halfHour);
  assertEquals(told(history, "a"), { accepted: [[1, 1]], refused: [] });
  await clock.advance(2 * halfHour);
  assertEquals([...history.day().days], []);
  history.count("a", false);
  assertEquals(told(history, "a"), { accepted: [], refused: [[47, 1]] });
});

Deno.test("what was counted outlives a restart, and a crash but for the last minutes", async () => {
  using engine = await openEngine(":memory:");
  const clock = new FakeClock();
  const begin = async () => {
    const history = new MinerHistory({ clock, store: engine, server });
    await history.start();
    return history;
  };
  const first = await begin();
  first.count("a", true);
  await clock.advance(halfHour);
  first.count("a", false);
  await first.stop();
  const second = await begin();
  assertEquals(told(second, "a"), { accepted: [[46, 1]], refused: [[47, 1]] });
  second.count("a", true);
  await clock.advance(300_000);
  second.count("a", true);
  // It dies.
  const third = await begin();
  assertEquals(told(third, "a"), { accepted: [[46, 1], [47, 1]], refused: [[47, 1]] });
  await second.stop();
  await third.stop();
});

Deno.test("histories of very many miners have a bound", async () => {
  using engine = await openEngine(":memory:");
  const history = new MinerHistory({ clock: new FakeClock(), store: engine, server });
  for (let miner = 0; miner < 20_010; miner += 1) history.count(`miner ${miner}`, true);
  assertEquals(history.day().days.size, 20_000);
});

Deno.test("the days of several servers are one, also where their half hours began at different times", async () => {
  using engine = await openEngine(":memory:");
  const clock = new FakeClock();
  const [here, there] = ["one", "other"].map((name) =>
    new MinerHistory({ clock, store: engine, server: () => name })
  ) as [MinerHistory, MinerHistory];
  here.count("a", true);
  there.count("a", false);
  there.count("b", true);
  const early = tellDay(there.day(), 10);
  await clock.advance(halfHour);
  here.count("a", true);
  there.count("b", false);
  const sum = (told: Parameters<typeof addDays>[1]) => {
    const { days } = addDays(here.day(), told, here.interval);
    const places = (counts: readonly number[]) =>
      counts.flatMap((count, place) => count === 0 ? [] : [[place, count]]);
    return [...days].map(([hotkey, { accepted, refused }]) => [hotkey, places(accepted), places(refused)]);
  };
  assertEquals(sum([tellDay(there.day(), 10)]), [
    ["a", [[46, 1], [47, 1]], [[46, 1]]],
    ["b", [[46, 1]], [[47, 1]]],
  ]);
  assertEquals(sum([early]), [
    ["a", [[46, 1], [47, 1]], [[46, 1]]],
    ["b", [[46, 1]], []],
  ]);
  assertEquals(tellDay(there.day(), 1).miners.map(([hotkey]) => hotkey), ["a"]);
  await clock.advance(46 * halfHour);
  assertEquals(sum([early]), [["a", [[0, 1], [1, 1]], [[0, 1]]], ["b", [[0, 1]], []]]);
  await clock.advance(halfHour);
  assertEquals(sum([early]), [["a", [[0, 1]], []], ["b", [], []]]);
});
