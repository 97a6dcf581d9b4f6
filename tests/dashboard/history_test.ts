import { assertEquals, assertThrows } from "@std/assert";
import { History } from "../../lib/dashboard/model/history.ts";

const columns = ["tps", "strength"];

function historyOf(span: number, ...times: number[]): History {
  const history = new History({ columns, period: 2, gap: 6, span });
  for (const time of times) history.push(time, { tps: time * 10, strength: time });
  return history;
}

Deno.test("a history keeps its measurements in columns, oldest first", () => {
  const history = historyOf(200, 100, 102, 104);
  assertEquals(history.times, [100, 102, 104]);
  assertEquals(history.column("tps"), [1000, 1020, 1040]);
  assertEquals(history.column("strength"), [100, 102, 104]);
});

Deno.test("a history never goes back further than its span, in the same arrays, and drops the oldest", () => {
  const history = historyOf(4);
  const { times } = history;
  const tps = history.column("tps");
  for (let time = 0; time < 5000; time += 2) history.push(time, { tps: time, strength: 1 });
  assertEquals(times, [4994, 4996, 4998]);
  assertEquals(tps, [4994, 4996, 4998]);
  assertEquals(history.length, 3);
});

Deno.test("a history has a row of nulls where measurements are missing, and none where one is only late", () => {
  const history = historyOf(200, 100, 106, 120);
  assertEquals(history.times, [100, 106, 108, 120]);
  assertEquals(history.column("strength"), [100, 106, null, 120]);
});

Deno.test("a history takes what comes again for the same moment in place of the first", () => {
  const history = historyOf(200, 100, 102);
  history.push(102, { tps: 7, strength: 8 });
  history.push(101, { tps: 9, strength: 10 });
  assertEquals(history.times, [100, 102]);
  assertEquals(history.column("tps"), [1000, 9]);
});

Deno.test("a history begins anew when the server's clock was set back", () => {
  const history = historyOf(200, 5000, 5002, 100);
  assertEquals(history.times, [100]);
  assertEquals(history.column("tps"), [1000]);
});

Deno.test("a history tells the range of a column and how much it has changed, without its gaps", () => {
  const history = historyOf(200, 100, 104, 160, 162);
  assertEquals(history.range("strength"), { low: 100, high: 162 });
  assertEquals(history.change("strength", 60), 62);
  assertEquals(history.change("strength", 120), undefined);
  assertEquals(historyOf(100).range("tps"), undefined);
  assertEquals(historyOf(100).change("tps", 60), undefined);
  assertThrows(() => history.column("nonsense"), RangeError);
});

Deno.test("what was measured before goes in front, and fills the holes, and does not replace what is finer", () => {
  const history = historyOf(1000, 100, 102, 104, 140, 142);
  assertEquals(history.column("tps"), [1000, 1020, 1040, null, 1400, 1420]);
  const past = { from: 60, interval: 10, figures: { tps: [6, null, 8, 9, 10, 11, 12, 13, 14, 15] } };
  const { times } = history;
  history.fill(past);
  assertEquals(times, [
    60,
    62,
    80,
    82,
    90,
    92,
    100,
    102,
    104,
    110,
    112,
    120,
    122,
    130,
    132,
    140,
    142,
    144,
    150,
  ]);
  assertEquals(history.column("tps").filter((value) => value !== null), [
    6,
    8,
    9,
    1000,
    1020,
    1040,
    11,
    12,
    13,
    1400,
    1420,
    15,
  ]);
  history.fill(past);
  assertEquals(history.length, 19);
});
