import { assert, assertEquals } from "@std/assert";
import type { Item } from "../../lib/client/flights.ts";
import { WaitingLine } from "../../lib/client/waiting_line.ts";

function itemOf(order: number, size = 10): Item {
  const entry = { id: `p${order}`, text: "x".repeat(size), order };
  return { entry, alone: false, flight: undefined, settled: false };
}

function lineOf(count: number, size?: number): { line: WaitingLine; items: Item[] } {
  const line = new WaitingLine();
  const items = Array.from({ length: count }, (_, order) => itemOf(order, size));
  for (const item of items) line.append(item);
  return { line, items };
}

const ids = (items: Item[]) => items.map(({ entry }) => entry.id);

Deno.test("WaitingLine.take() puts at most 100 predictions into a message", () => {
  const { line } = lineOf(250);
  assertEquals([line.take().length, line.take().length, line.take().length, line.empty], [
    100,
    100,
    50,
    true,
  ]);
});

Deno.test("WaitingLine.take() keeps a message below 256 KiB", () => {
  const { line } = lineOf(20, 60_000);
  while (!line.empty) {
    const size = line.take().reduce((sum, { entry }) => sum + entry.text.length, 0);
    assert(size < 256 * 1024 - 1000);
  }
});

Deno.test("WaitingLine.take() lets a prediction beyond that go by itself", () => {
  const { line } = lineOf(2, 300_000);
  assertEquals(ids(line.take()), ["p0"]);
});

Deno.test("WaitingLine.take() sends by itself what must be alone", () => {
  const { line, items } = lineOf(4);
  if (items[1]) items[1].alone = true;
  assertEquals([ids(line.take()), ids(line.take()), ids(line.take())], [["p0"], ["p1"], ["p2", "p3"]]);
});

Deno.test("WaitingLine skips predictions that are decided while they wait", () => {
  const { line, items } = lineOf(3);
  for (const item of items) item.settled = true;
  assert(line.empty);
});

Deno.test("WaitingLine.putBack() restores the order of submission", () => {
  const { line } = lineOf(5);
  const first = line.take();
  line.append(itemOf(5));
  line.putBack(first.toReversed());
  assertEquals(ids(line.take()), ["p0", "p1", "p2", "p3", "p4", "p5"]);
});

Deno.test("WaitingLine.shrink() halves batches until one prediction is left in each", () => {
  const { line } = lineOf(50, 2000);
  for (let time = 0; time < 20; time++) line.shrink();
  assertEquals(line.take().length, 1);
});
