import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { type ConnectionRecord, endCauses, keptEndings } from "../../lib/hub/mod.ts";
import { ConnectionRecords } from "../../lib/hub/connection_records.ts";
import { reasonWithId } from "../../lib/hub/end_causes.ts";
import { ReturnTimes } from "../../lib/hub/farewell.ts";
import { closes, errorKinds } from "../../lib/protocol/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { LogLines } from "../helpers/log_lines.ts";

function recordOf(id: string, at: number, peer = "5F"): ConnectionRecord {
  return {
    id,
    family: "miners",
    address: "192.0.2.1",
    peer,
    claimed: undefined,
    openedAt: 0,
    readyAt: 1,
    heardAt: 2,
    heartbeatAt: undefined,
    answeredAt: undefined,
    received: 1,
    sent: 1,
    queued: 0,
    closingAt: undefined,
    ending: {
      at,
      by: "client",
      cause: "client_closed",
      detail: undefined,
      code: 1000,
      reason: "",
      refused: false,
    },
  };
}

Deno.test("ids differ within a run and over runs, and are short", () => {
  const clock = new FakeClock();
  const [one, other] = [new ConnectionRecords(clock), new ConnectionRecords(clock)];
  const ids = Array.from({ length: 100 }, () => [one.nextId(), other.nextId()]).flat();
  assertEquals(new Set(ids).size, 200);
  for (const id of ids) assertMatch(id, /^c[0-9a-z]{6,8}$/);
  assertNotEquals(one.nextId().slice(0, 6), other.nextId().slice(0, 6));
});

Deno.test("the last ten thousand endings are kept, and the newest come first", () => {
  const records = new ConnectionRecords(new FakeClock());
  const count = keptEndings + 250;
  for (let index = 0; index < count; index += 1) records.ended(recordOf(`c${index}`, index));
  assertEquals(keptEndings, 10_000);
  const all = records.latest(2 * count, () => true);
  assertEquals([all.length, all[0]?.id, all.at(-1)?.id], [10_000, `c${count - 1}`, "c250"]);
  assertEquals(records.find("c249"), undefined);
  assertEquals(records.find("c250")?.id, "c250");
  assertEquals(records.latest(2, ({ ending }) => ending?.at === 300).map(({ id }) => id), ["c300"]);
});

Deno.test("a flood of refusals pushes out no ending, and is logged once with a count", async () => {
  using lines = new LogLines();
  const clock = new FakeClock();
  const records = new ConnectionRecords(clock);
  records.ended(recordOf("c0", clock.now()));
  const refuse = () =>
    records.turnedAway({
      family: "miners",
      address: "192.0.2.9",
      cause: "max_connections",
      detail: "x".repeat(5000),
      code: 1013,
    });
  for (let index = 0; index < 20_000; index += 1) refuse();
  await clock.advance(10_000);
  const last = refuse();
  assertEquals(records.find("c0")?.id, "c0");
  assertEquals(records.find(last)?.ending?.detail?.length, 200);
  assertEquals(records.latest(50_000, () => true).length, 1001);
  const refusals = lines.text.split("\n").filter((line) => line.includes("refused"));
  assertEquals(refusals.map((line) => JSON.parse(line).suppressed), [undefined, 19_999]);
  assertEquals(JSON.parse(refusals[1] ?? "").id, last);
});

Deno.test("a close's reason keeps its beginning, has the id behind it, and fits into a close frame", () => {
  for (
    const { reason } of [
      ...Object.values(closes),
      ...Object.values(errorKinds).flatMap((kind) => kind.close ?? []),
    ]
  ) {
    const text = reasonWithId(reason, "c8f3akzzz");
    assert(text.startsWith(reason) && text.endsWith("(c8f3akzzz)"), text);
    assert(new TextEncoder().encode(text).length <= 123);
  }
  assertEquals(reasonWithId("", "c1"), "(c1)");
  assertEquals(reasonWithId("r".repeat(119), "c1"), "r".repeat(119));
  assertEquals(reasonWithId("r".repeat(200), "c1"), "r".repeat(123));
});

Deno.test("every cause says who, what and what to do, without a full stop", () => {
  for (const { meaning, advice } of Object.values(endCauses)) {
    for (const text of [meaning, advice]) assertMatch(text, /^[A-Z].{9,}[^.]$/);
  }
});

Deno.test("clients that are sent away all get times of their own, spread and within bounds", () => {
  for (const clients of [1, 2, 50, 1000, 10_000]) {
    const times = new ReturnTimes(clients);
    const given = Array.from({ length: clients }, () => times.next());
    assertEquals(new Set(given).size, clients);
    assert(Math.min(...given) >= 1000 && Math.max(...given) <= 61_000);
    assert(clients < 50 || Math.max(...given) >= 0.9 * Math.min(60_000, 10 * clients));
    // Whoever comes late begins anew rather than ever later.
    assert(times.next() <= 1000 + 2 * 1000);
  }
});
