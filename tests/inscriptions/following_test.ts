import { assert, assertEquals } from "@std/assert";
import { Inscriptions } from "../../lib/inscriptions/mod.ts";
import type { JobEvent } from "../../lib/inscriptions/job_events.ts";
import { eventsOf, follow, noise, openDesk, present, request, utf8 } from "./harness.ts";
import { until } from "../helpers/until.ts";

const key = "key-1";

Deno.test("nothing is lost between following a job and listening to it", async () => {
  await using desk = await openDesk({ settings: { localPaymentDelay: 1000 } });
  const { inscriptions, clock } = desk;
  const { jobId, epoch, offset } = await inscriptions.inscribe(key, request(noise(400_000)));
  const late = present(await inscriptions.follow(key, jobId, { epoch, offset }));
  const ending = await follow(inscriptions, key, jobId, { epoch, offset });
  await clock.advance(1001);
  const events = await ending();
  const heard: JobEvent[] = [];
  late.listen((event) => heard.push(event));
  assertEquals(heard, events);
  assertEquals(heard[0]?.data.offset, offset + 1);
});

Deno.test("a client that comes back gets exactly what it missed", async () => {
  const gate = Promise.withResolvers<void>();
  const appending = Promise.withResolvers<void>();
  await using desk = await openDesk({
    disturb: {
      async onAppend(_, length) {
        if (length === 0) return;
        appending.resolve();
        await gate.promise;
      },
    },
  });
  const { inscriptions } = desk;
  const { jobId, epoch, offset } = await inscriptions.inscribe(key, request(noise(400_000)));
  const whole = await follow(inscriptions, key, jobId, { epoch, offset });
  await appending.promise;
  const rest = await follow(inscriptions, key, jobId, { epoch, offset: offset + 1 });
  const seen = present(await inscriptions.follow(key, jobId, { epoch, offset: offset + 1 }));
  assertEquals(seen.recovered, true);
  assert(seen.offset > offset + 2);
  seen.stop();
  gate.resolve();
  assertEquals(await rest(), (await whole()).slice(1));
});

Deno.test("without a position the present state comes first", async () => {
  await using desk = await openDesk({ settings: { localPaymentDelay: 1000 } });
  const { inscriptions, clock } = desk;
  const { jobId, epoch } = await inscriptions.inscribe(key, request(utf8("waits")));
  for (const position of [{}, { epoch: "another", offset: 0 }, { epoch, offset: 99 }]) {
    const following = present(await inscriptions.follow(key, jobId, position));
    assertEquals(following.recovered, "offset" in position ? false : null);
    const heard: JobEvent[] = [];
    following.listen((event) => heard.push(event));
    assertEquals(heard.map(({ type, data }) => [type, "status" in data && data.status, data.offset]), [
      ["progress", "awaiting_payment", 1],
    ]);
    following.stop();
  }
  await clock.advance(1001);
});

Deno.test("a client that was away when the job ended gets exactly what it missed, and the ending always", async () => {
  await using desk = await openDesk();
  const { inscriptions } = desk;
  const { jobId, epoch, offset: first } = await inscriptions.inscribe(key, request(noise(400_000)));
  const all = await eventsOf(inscriptions, key, jobId, { epoch, offset: first });
  const ending = present(all.at(-1));
  await until(() => inscriptions.activeJobs === 0, "the end of all jobs");
  for (let offset = first; offset <= ending.data.offset; offset += 1) {
    const missed = all.filter(({ data }) => data.offset > offset);
    const expected = missed.length === 0 ? [ending] : missed;
    assertEquals(await eventsOf(inscriptions, key, jobId, { epoch, offset }), expected);
  }
  for (const position of [{}, { epoch, offset: 1000 }, { epoch: "another", offset: 1 }]) {
    assertEquals(await eventsOf(inscriptions, key, jobId, position), [ending]);
  }
});

Deno.test("a job that ended in an earlier life is told of as if it had been in this one", async () => {
  await using desk = await openDesk();
  const { jobId, epoch } = await desk.inscriptions.inscribe(key, request(utf8("ends")));
  const all = await eventsOf(desk.inscriptions, key, jobId, { epoch, offset: 1 });
  const ending = present(all.at(-1));
  await desk.inscriptions.stop();
  const later = new Inscriptions({ store: desk.store, followers: desk.followers, clock: desk.clock });
  await later.start();
  const last = ending.data.offset;
  for (let offset = 1; offset < last; offset += 1) {
    const missed = all.filter(({ data }) => data.offset > offset);
    assertEquals(await eventsOf(later, key, jobId, { epoch, offset }), missed);
  }
  for (const offset of [last, 1000]) {
    assertEquals(await eventsOf(later, key, jobId, { epoch, offset }), [ending]);
  }
  assertEquals(await eventsOf(later, key, jobId), [ending]);
  await later.stop();
});

Deno.test("when the log keeps a job's events no more its ending is told, and whether that is all that was missed", async () => {
  await using desk = await openDesk();
  const { inscriptions, clock } = desk;
  const { jobId, epoch } = await inscriptions.inscribe(key, request(utf8("long ago")));
  const ending = present((await eventsOf(inscriptions, key, jobId)).at(-1));
  await until(() => inscriptions.activeJobs === 0, "the end of the job");
  clock.standStill(3_600_001);
  const last = ending.data.offset;
  for (
    const [offset, recovered] of [[1, false], [last - 2, false], [last - 1, true], [last, true]] as const
  ) {
    assertEquals(await eventsOf(inscriptions, key, jobId, { epoch, offset }), [ending]);
    const following = present(await inscriptions.follow(key, jobId, { epoch, offset }));
    assertEquals(following.recovered, recovered);
    following.stop();
  }
});

Deno.test("a listener that throws harms neither the job nor another listener", async () => {
  await using desk = await openDesk();
  const { inscriptions } = desk;
  const { jobId } = await inscriptions.inscribe(key, request(noise(10_000)));
  const broken = present(await inscriptions.follow(key, jobId));
  broken.listen(() => {
    throw new Error("a listener's own fault");
  });
  const events = await eventsOf(inscriptions, key, jobId);
  assertEquals(events.at(-1)?.type, "complete");
});
