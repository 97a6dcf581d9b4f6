import { assert, assertEquals } from "@std/assert";
import { FigureHistory, historyRanges, ranges } from "../../lib/telemetry/mod.ts";

const hour = 3_600_000;
/** A whole slot of both ranges. */
const start = 1_795_248_000_000;

Deno.test("figures are kept as the mean of each slot, an hour finely and a day coarsely", () => {
  const history = new FigureHistory();
  for (let at = start; at < start + 25 * hour; at += 5000) {
    history.record(at, { tps: at % 10_000 === 0 ? 10 : 20 });
  }
  for (const range of historyRanges) {
    const { slot, count } = ranges[range];
    const { from, interval, figures } = history.read(range, ["tps", "peer_count"], start + 25 * hour);
    assertEquals(from, (start + 25 * hour - count * slot + slot / 2) / 1000);
    assertEquals(interval, slot / 1000);
    assertEquals(figures.tps, Array.from({ length: count }, () => 15));
    assertEquals(figures.peer_count, Array.from({ length: count }, () => null));
  }
});

Deno.test("what was not measured is null, and what is no number is left out", () => {
  const history = new FigureHistory();
  history.record(start + 5000, { tps: 1, cpu: NaN });
  history.record(start + 25_000, { tps: 3 });
  const { figures } = history.read("1h", ["tps", "cpu"], start + 30_000);
  assertEquals(figures.tps?.slice(-3), [1, null, 3]);
  assertEquals(figures.cpu?.at(-3), null);
});

Deno.test("pages bring a history back, and are bounded", () => {
  const [before, after] = [new FigureHistory(), new FigureHistory()];
  for (let at = start + 5000; at < start + 2 * hour; at += 10_000) {
    before.record(at, { tps: at / 1e9, cpu: 1 });
  }
  for (const range of historyRanges) {
    const { slot, slotsPerPage } = ranges[range];
    for (let at = start; at < start + 2 * hour; at += slot * slotsPerPage) {
      const page = before.page(range, at);
      assert(JSON.stringify(page).length < 2000);
      after.restore(range, page);
    }
    const names = ["tps", "cpu", "memory"] as const;
    assertEquals(after.read(range, names, start + 2 * hour), before.read(range, names, start + 2 * hour));
  }
});
