import { assertEquals } from "@std/assert";
import { epochOf, eventIdOf } from "../../../lib/client/streams/event_subscriptions.ts";
import { StreamPositions } from "../../../lib/client/streams/positions.ts";

const epoch = "e1";

/** Positions that have come to an offset of `peers`. */
function at(offset: number): StreamPositions {
  const positions = new StreamPositions();
  positions.reach("peers", { epoch, offset });
  return positions;
}

const steps = (positions: StreamPositions, ...offsets: number[]) =>
  offsets.map((offset) => positions.take("peers", { epoch, offset }));

Deno.test("StreamPositions.take() tells the next value from those that were had and those beyond a gap", () => {
  assertEquals(steps(at(5), 4, 5, 6, 6, 7), ["seen", "seen", "next", "seen", "next"]);
  assertEquals(steps(at(5), 7), ["gap"]);
  assertEquals(new StreamPositions().take("peers", { epoch, offset: 9 }), "next");
  assertEquals(at(5).take("peers", { epoch: "e2", offset: 1 }), "next");
});

Deno.test("StreamPositions.take() reports a gap once, and then takes what there is", () => {
  assertEquals(steps(at(5), 7, 8, 9, 11, 11), ["gap", "next", "next", "gap", "next"]);
});

for (const recovered of [false, null]) {
  Deno.test(`after recovered: ${recovered} values may be missing, but known ones do not come again`, () => {
    const positions = at(5);
    positions.begin("peers", { epoch, offset: 9, recovered });
    assertEquals(steps(positions, 5, 9, 11), ["seen", "next", "gap"]);
  });

  Deno.test(`after recovered: ${recovered} in another epoch, or one whose numbers went back, all is new`, () => {
    for (const beginning of [{ epoch: "e2", offset: 9 }, { epoch, offset: 3 }]) {
      const positions = at(5);
      positions.begin("peers", { ...beginning, recovered });
      assertEquals(positions.get("peers"), undefined);
      assertEquals(positions.take("peers", { ...beginning, offset: 3 }), "next");
    }
  });
}

Deno.test("after recovered: true nothing may be missing", () => {
  const positions = at(5);
  positions.begin("peers", { epoch, offset: 9, recovered: false });
  positions.begin("peers", { epoch, offset: 9, recovered: true });
  assertEquals(steps(positions, 7), ["gap"]);
});

Deno.test("a stream that has published nothing yet is at 0, so that its first value can be recovered", () => {
  const positions = new StreamPositions();
  positions.begin("peers", { epoch, offset: 0, recovered: null });
  assertEquals(positions.get("peers"), { epoch, offset: 0 });
});

Deno.test("StreamPositions.reach() never goes back within an epoch", () => {
  const positions = at(5);
  positions.reach("peers", { epoch, offset: 4 });
  assertEquals(positions.get("peers")?.offset, 5);
  positions.reach("peers", { epoch: "e2", offset: 4 });
  assertEquals(positions.get("peers"), { epoch: "e2", offset: 4 });
});

Deno.test("an event id names the offsets of the epoch reached last, and nothing for other streams", () => {
  const positions = at(5);
  assertEquals(eventIdOf(["receipts"], positions), undefined);
  assertEquals(eventIdOf(["receipts", "peers"], positions), "e1:.5");
  positions.reach("receipts", { epoch: "e2", offset: 3 });
  assertEquals(eventIdOf(["peers", "receipts"], positions), "e2:.3");
  positions.take("peers", { epoch, offset: 6 });
  assertEquals(eventIdOf(["peers", "receipts", "gateway"], positions), "e1:6..");
});

Deno.test("the epoch of an event id is what comes before its last colon", () => {
  assertEquals(["e1:5.6", "a:b:5", "5", ":5", ""].map(epochOf), [
    "e1",
    "a:b",
    undefined,
    undefined,
    undefined,
  ]);
});
