import { assert, assertEquals } from "@std/assert";
import type { JobEvent } from "../../lib/inscriptions/mod.ts";
import { settle } from "../helpers/fake_clock.ts";
import { eventsOf, follow, noise, openDesk, present, request, utf8 } from "./harness.ts";

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

Deno.test("a job that has ended gives its ending, whatever the position", async () => {
  await using desk = await openDesk();
  const { inscriptions } = desk;
  const { jobId, epoch } = await inscriptions.inscribe(key, request(utf8("ends")));
  const ending = present((await eventsOf(inscriptions, key, jobId)).at(-1));
  while (inscriptions.activeJobs > 0) await settle();
  for (const offset of [undefined, 0, 1, ending.data.offset - 1, ending.data.offset, 1000]) {
    const position = offset === undefined ? {} : { epoch, offset };
    assertEquals(await eventsOf(inscriptions, key, jobId, position), [ending]);
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

Deno.test("progress 100 and the ending come in the same turn", async () => {
  await using desk = await openDesk({ settings: { localPaymentDelay: 1000 } });
  const { inscriptions, clock } = desk;
  const { jobId } = await inscriptions.inscribe(key, request(utf8("a turn")));
  const following = present(await inscriptions.follow(key, jobId));
  let turn = 0;
  const turns: number[] = [];
  const ended = Promise.withResolvers<void>();
  following.listen((event) => {
    queueMicrotask(() => turn += 1);
    if (
      event.type === "complete" ||
      event.data.offset > 1 && "progress" in event.data && event.data.progress === 100
    ) {
      turns.push(turn);
    }
    if (event.type === "complete") ended.resolve();
  });
  await clock.advance(1001);
  await ended.promise;
  assertEquals(turns.length, 2);
  assert(turns[0] === turns[1]);
});
