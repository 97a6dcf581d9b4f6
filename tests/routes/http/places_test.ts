import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Refusal } from "../../../lib/protocol/mod.ts";
import { Downloads } from "../../../routes/jobs/downloads.ts";
import { WaitingRoom } from "../../../routes/http/waiting_room.ts";
import { FakeClock, settle } from "../../helpers/fake_clock.ts";
import { Scene } from "../../helpers/scene.ts";

const crowd = "203.0.113.66";
const other = "203.0.113.67";

Deno.test("one address cannot fill the room in which requests wait", async () => {
  const room = new WaitingRoom();
  const { promise, resolve } = Promise.withResolvers<void>();
  let refused = 0;
  const waits = Array.from(
    { length: 10_000 },
    () => room.enter(crowd, () => promise).catch(() => void (refused += 1)),
  );
  await settle();
  assertEquals(refused, 8000);
  assertEquals(await room.enter(other, () => Promise.resolve("news")), "news");
  resolve();
  await Promise.all(waits);
  assertEquals(await room.enter(crowd, () => Promise.resolve("again")), "again");
});

Deno.test("requests of all routes wait in one room", async () => {
  await using scene = await Scene.start({ "http.trusted_proxies": ["127.0.0.1/32"], "http.rate_limit": 1e6 });
  const aborting = new AbortController();
  const headers = { "x-forwarded-for": crowd };
  const { offset, epoch } = (await scene.call("GET", "/api/v1/games")).body;
  const games = `/api/v1/games?since=${offset}&epoch=${epoch}&wait=60`;
  const waiting = Array.from(
    { length: 2000 },
    () => fetch(`${scene.server.url}${games}`, { headers, signal: aborting.signal }).catch(() => {}),
  );
  const since = (await scene.call("GET", "/api/v1/streams/peers?wait=0")).body["offset"];
  const news = `/api/v1/streams/peers?since=${since}&wait=60`;
  // Whoever has room waits; how long it takes to be told that there is none is for the machine to say.
  const ask = (wait: number) =>
    scene.call("GET", news, { headers, signal: AbortSignal.timeout(wait) }).catch(() => undefined);
  for (let wait = 100; (await ask(wait))?.status !== 429; wait *= 1.5);
  const quick = `/api/v1/games?since=${offset}&epoch=${epoch}&wait=0`;
  assertEquals((await scene.call("GET", quick, { headers: { "x-forwarded-for": other } })).status, 200);
  aborting.abort();
  await Promise.all(waiting);
});

Deno.test("four addresses cannot hold all downloads", () => {
  const downloads = new Downloads(new FakeClock());
  for (let address = 1; address <= 4; address += 1) {
    assertThrows(() => {
      for (;;) downloads.enter(`192.0.2.${address}`);
    }, Refusal);
  }
  const leave = downloads.enter(other);
  leave();
  leave();
  for (let count = 0; count < 5; count += 1) downloads.enter(other);
});

/** A file of so many KiB, and what becomes of it. */
function watched(clock: FakeClock, size: number) {
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (size-- > 0) controller.enqueue(new Uint8Array(1024));
      else controller.close();
    },
  });
  const ended = Promise.withResolvers<unknown>();
  const readable = new Downloads(clock).watch(body, ended.resolve);
  return { reader: readable.getReader(), ended: ended.promise };
}

Deno.test("a download that nobody reads is ended, and one that is read goes on", async () => {
  const clock = new FakeClock();
  const unread = watched(clock, 1000);
  await unread.reader.read();
  await clock.advance(11_000);
  assertEquals((await unread.ended as Error).name, "TimeoutError");
  await assertRejects(() => unread.reader.read());
  const steady = watched(clock, 17 * 60);
  for (let second = 0; second < 60; second += 1) {
    for (let piece = 0; piece < 17; piece += 1) assertEquals((await steady.reader.read()).done, false);
    await clock.advance(1000);
  }
  assertEquals((await steady.reader.read()).done, true);
  assertEquals([await steady.ended, clock.pending], [undefined, 0]);
});
