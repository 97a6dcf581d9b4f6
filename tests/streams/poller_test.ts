import { assertEquals } from "@std/assert";
import { Poller } from "../../lib/streams/poller.ts";
import { FakeClock } from "../helpers/fake_clock.ts";

function create(start = Date.parse("2026-11-21T08:00:00Z")) {
  const clock = new FakeClock(start);
  const polls: number[] = [];
  const held: PromiseWithResolvers<void>[] = [];
  let hold = false;
  const poller = new Poller({
    period: 2000,
    clock,
    poll: () => {
      polls.push(clock.now() - start);
      if (!hold) return Promise.resolve();
      const one = Promise.withResolvers<void>();
      held.push(one);
      return one.promise;
    },
  });
  return { clock, poller, polls, held, holdPolls: (on: boolean) => hold = on };
}

Deno.test("a poller asks at once when somebody comes, then every period, once however many listen", async () => {
  const { clock, poller, polls } = create();
  poller.acquire();
  poller.acquire();
  assertEquals(polls, [0]);
  await clock.advance(6000);
  assertEquals(polls, [0, 2000, 4000, 6000]);
  poller.stop();
  assertEquals(clock.pending, 0);
});

Deno.test("a poller goes on for two periods after the last has gone, and no longer", async () => {
  const { clock, poller, polls } = create();
  poller.acquire();
  poller.acquire();
  poller.release();
  await clock.advance(2000);
  poller.release();
  await clock.advance(60_000);
  assertEquals(polls, [0, 2000, 4000]);
  assertEquals(clock.pending, 0);
});

Deno.test("who comes while a poller lingers keeps it going without a poll of their own", async () => {
  const { clock, poller, polls } = create();
  poller.acquire();
  poller.release();
  await clock.advance(3000);
  poller.acquire();
  assertEquals(polls, [0, 2000]);
  await clock.advance(7000);
  assertEquals(polls, [0, 2000, 4000, 6000, 8000, 10_000]);
  poller.stop();
});

Deno.test("pollers that began at different moments ask at the same ones", async () => {
  const { clock, poller, polls } = create(Date.parse("2026-11-21T08:00:00.300Z"));
  poller.acquire();
  await clock.advance(4000);
  assertEquals(polls, [0, 1700, 3700]);
  poller.stop();
  const late = create(Date.parse("2026-11-21T08:00:01.300Z"));
  late.poller.acquire();
  await late.clock.advance(3000);
  assertEquals(late.polls, [0, 2700]);
  late.poller.stop();
});

Deno.test("at most one poll is under way, however slow the answer", async () => {
  const { clock, poller, polls, held, holdPolls } = create();
  holdPolls(true);
  poller.acquire();
  await clock.advance(5000);
  assertEquals(polls, [0]);
  held[0]?.resolve();
  holdPolls(false);
  await clock.advance(2000);
  assertEquals(polls, [0, 6000]);
  poller.stop();
});

Deno.test("who comes back within a period waits for the next poll instead of asking anew", async () => {
  const { clock, poller, polls } = create();
  poller.acquire();
  poller.release();
  poller.stop();
  await clock.advance(1500);
  poller.acquire();
  assertEquals(polls, [0]);
  await clock.advance(500);
  assertEquals(polls, [0, 2000]);
  poller.stop();
});

Deno.test("a wall clock that is set back or forward by minutes neither stops the polls nor multiplies them", async () => {
  const { clock, poller, polls } = create();
  poller.acquire();
  await clock.advance(4000);
  for (const step of [-200_000, 400_000]) {
    const before = polls.length;
    clock.setWall(step);
    await clock.advance(10_000);
    assertEquals(polls.length - before, 5);
  }
  poller.stop();
});
