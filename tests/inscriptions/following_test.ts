import { assert, assertEquals } from "@std/assert";
import { Inscriptions, type JobEvent } from "../../lib/inscriptions/mod.ts";
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

Deno.test("a job that ended in an earlier life gives its ending", async () => {
  await using desk = await openDesk();
  const { jobId, epoch } = await desk.inscriptions.inscribe(key, request(utf8("ends")));
  const ending = present((await eventsOf(desk.inscriptions, key, jobId)).at(-1));
  await desk.inscriptions.stop();
  const later = new Inscriptions({ store: desk.store, followers: desk.followers, clock: desk.clock });
  await later.start();
  const last = ending.data.offset;
  for (const offset of [0, 1, last - 2, last - 1, last, 1000]) {
    assertEquals(await eventsOf(later, key, jobId, { epoch, offset }), [ending]);
  }
  assertEquals(await eventsOf(later, key, jobId), [ending]);
  const exact = present(await later.follow(key, jobId, { epoch, offset: last - 1 }));
  const less = present(await later.follow(key, jobId, { epoch, offset: 1 }));
  assertEquals([exact.recovered, less.recovered], [true, false]);
  await later.stop();
});

Deno.test("the events of jobs that ended are kept for the last hundred alone", async () => {
  await using desk = await openDesk();
  const { inscriptions } = desk;
  const { jobId, epoch } = await inscriptions.inscribe(key, request(utf8("the first")));
  const all = await eventsOf(inscriptions, key, jobId, { epoch, offset: 1 });
  const replay = () => eventsOf(inscriptions, key, jobId, { epoch, offset: 1 });
  await until(() => inscriptions.activeJobs === 0, "the end of the first job");
  for (let count = 0; count < 100; count += 1) {
    assertEquals(await replay(), all);
    const next = await inscriptions.inscribe(`key-${count}`, request(utf8(`${count}`)));
    await eventsOf(inscriptions, `key-${count}`, next.jobId);
    await until(() => inscriptions.activeJobs === 0, "the end of all jobs");
  }
  assertEquals(await replay(), all.slice(-1));
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
