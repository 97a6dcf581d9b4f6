import { assertEquals } from "@std/assert";
import { ReceiptsLog } from "../../lib/dashboard/model/receipts_log.ts";
import type { Receipts } from "../../lib/protocol/streams.ts";

const receiptsOf = (...ids: string[]): Receipts => ({
  receipts: ids.map((id) => ({ id })),
  count: ids.length,
});
const idsOf = ({ list }: ReceiptsLog) => list.entries.map(({ receipt }) => receipt.id);

Deno.test("receipts are listed newest first, those of a later message on top", () => {
  const log = new ReceiptsLog(10);
  log.add(receiptsOf("b", "a"));
  log.add(receiptsOf("d", "c"));
  assertEquals(idsOf(log), ["d", "c", "b", "a"]);
});

Deno.test("a receipt that comes again is listed once, also within one message", () => {
  const log = new ReceiptsLog(10);
  log.add(receiptsOf("b", "b", "a"));
  log.add(receiptsOf("c", "b", "a"));
  assertEquals(idsOf(log), ["c", "b", "a"]);
  assertEquals(log.list.seen, 3);
});

Deno.test("the list is bounded, and counts what it does not show any more", () => {
  const log = new ReceiptsLog(200);
  for (let number = 0; number < 1000; number++) log.add(receiptsOf(`r${number}`));
  assertEquals(log.list.entries.length, 200);
  assertEquals(idsOf(log).at(-1), "r800");
  assertEquals(log.list.seen, 1000);
});

Deno.test("what came last is new unless it came first, and a gap that the server tells of is remembered", () => {
  const log = new ReceiptsLog(10);
  log.add(receiptsOf("a"));
  log.add({ ...receiptsOf("b"), incomplete: true });
  log.add(receiptsOf("c"));
  assertEquals(log.list.entries.map(({ isNew }) => isNew), [true, false, false]);
  assertEquals(log.list.incomplete, true);
});
