import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { settle } from "../helpers/fake_clock.ts";
import { Harness } from "./harness.ts";
import { until } from "../helpers/until.ts";

const offsets = (miner: Harness) => miner.of("games").map(({ offset }) => offset);

async function connected(): Promise<Harness> {
  const miner = new Harness();
  await miner.connect();
  await until(() => miner.of("games").length === 1);
  return miner;
}

Deno.test("a miner hands on game updates in their order", async () => {
  await using miner = await connected();
  miner.validator.publish([{ game_id: "a" }]);
  miner.validator.publish([{ game_id: "b" }]);
  await until(() => miner.of("games").length === 3);
  assertEquals(miner.of("games").map(({ games, snapshot }) => [games, snapshot]), [
    [[], true],
    [[{ game_id: "a" }], false],
    [[{ game_id: "b" }], false],
  ]);
});

Deno.test("a miner drops an update that it has seen", async () => {
  await using miner = await connected();
  miner.validator.publish([{ game_id: "a" }]);
  await until(() => miner.of("games").length === 2);
  const again = { games: [{ game_id: "a" }], epoch: "epoch-1", offset: 1 };
  miner.validator.latestPeer.send(miner.validator.sign("game_update", again));
  miner.validator.publish([{ game_id: "b" }]);
  await until(() => offsets(miner).includes(2));
  assertEquals(offsets(miner), [0, 1, 2]);
});

Deno.test("a miner reports a gap and gets what it missed, in order", async () => {
  await using miner = await connected();
  miner.validator.publish([{ game_id: "a" }]);
  miner.validator.publish([{ game_id: "b" }], { lost: true });
  miner.validator.publish([{ game_id: "c" }]);
  await until(() => miner.problems.includes("gap"));
  await miner.clock.advance(0);
  await until(() => miner.of("games").length === 4);
  assertEquals(offsets(miner), [0, 1, 2, 3]);
  const [, second] = miner.validator.authentications;
  assertEquals(second?.recover.games, { epoch: "epoch-1", offset: 1 });
});

Deno.test("a miner that sees gaps all the time does not reconnect all the time", async () => {
  await using miner = await connected();
  const gap = () => {
    const data = { games: [], epoch: "epoch-1", offset: 99 };
    miner.validator.latestPeer.send(miner.validator.sign("game_update", data));
  };
  gap();
  await until(() => miner.of("state").at(-1)?.delayMs === 0);
  await miner.clock.advance(0);
  await miner.state("authenticated");
  gap();
  await miner.state("waiting");
  assertEquals((miner.of("state").at(-1)?.delayMs ?? 0) >= 5000, true);
});

Deno.test("a miner gets a snapshot when the validator has lost its history", async () => {
  await using miner = await connected();
  miner.validator.publish([{ game_id: "a" }]);
  await until(() => miner.of("games").length === 2);
  miner.validator.restart("epoch-2");
  await miner.nextAttempt();
  await until(() => miner.of("games").length === 3);
  const last = miner.of("games").at(-1);
  assertEquals([last?.snapshot, last?.epoch, last?.offset], [true, "epoch-2", 0]);
  miner.validator.publish([{ game_id: "b" }]);
  await until(() => miner.of("games").length === 4);
  assertEquals(miner.problems.includes("gap"), false);
});

Deno.test("a miner takes updates without a position as they come", async () => {
  await using miner = await connected();
  for (let time = 0; time < 2; time++) {
    miner.validator.latestPeer.send(miner.validator.sign("game_update", { games: [{ game_id: "a" }] }));
  }
  await until(() => miner.of("games").length === 3);
  assertEquals(offsets(miner), [0, undefined, undefined]);
});

Deno.test("a miner recovers any number of drops in a row, with every update once and in order", async () => {
  const steps = fc.array(fc.constantFrom("publish", "publish", "drop", "lose", "settle"), { maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(steps, async (actions) => {
      await using miner = await connected();
      let published = 0;
      for (const action of actions) {
        if (action === "publish" || action === "lose") {
          published++;
          miner.validator.publish([{ game_id: `g${published}` }], { lost: action === "lose" });
        } else if (action === "drop") miner.validator.miners[0]?.close(1006, "");
        else await settle();
      }
      miner.validator.publish([{ game_id: "last" }]);
      await miner.clock.advance(1000);
      for (let turn = 0; turn < 5; turn++) await miner.clock.advance(60_000);
      const expected = Array.from({ length: published + 2 }, (_, offset) => offset);
      assertEquals(offsets(miner), expected);
    }),
    { numRuns: 25 },
  );
});
