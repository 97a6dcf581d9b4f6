import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ByteBudget } from "../../../lib/hub/mod.ts";
import { Refusal } from "../../../lib/protocol/mod.ts";
import { readText } from "../../../routes/http/body.ts";
import { FakeClock, settle } from "../../helpers/fake_clock.ts";

function request(body: ReadableStream<Uint8Array> | string, headers: Record<string, string> = {}): Request {
  return new Request("http://x.test/", { method: "POST", body, headers });
}

function bounds(clock: FakeClock, budget = new ByteBudget({ maxMessageSize: 7 }), address = "192.0.2.1") {
  return { maxSize: 7, clock, lease: budget.lease({ address }) };
}

Deno.test("readText() reads a text of up to so many bytes", async () => {
  const clock = new FakeClock();
  assertEquals(await readText(request("12345é"), bounds(clock)), "12345é");
  const refusal = await assertRejects(() => readText(request("12345éé"), bounds(clock)), Refusal);
  assertEquals(refusal.status, 413);
  assertEquals(await readText(new Request("http://x.test/"), bounds(clock)), "");
  assertEquals(clock.pending, 0);
});

Deno.test("readText() reads a text that comes in pieces, wherever they are cut", async () => {
  const bytes = new TextEncoder().encode("1é2€3😀");
  for (let size = 1; size <= bytes.length; size += 1) {
    const pieces = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start(controller) {
        for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
        controller.close();
      },
    });
    const text = await readText(request(pieces), { ...bounds(new FakeClock()), maxSize: 100 });
    assertEquals(text, "1é2€3😀");
  }
});

Deno.test("readText() refuses a body whose announced length is too large without reading it", async () => {
  let pulled = 0;
  const body = new ReadableStream<Uint8Array>({ pull: () => void (pulled += 1) }, { highWaterMark: 0 });
  const announced = request(body, { "content-length": "99999999999" });
  const refusal = await assertRejects(() => readText(announced, bounds(new FakeClock())), Refusal);
  assertEquals([refusal.status, pulled], [413, 0]);
});

Deno.test("readText() gives up on a body that comes too slowly", async () => {
  const clock = new FakeClock();
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode("{")),
    cancel: () => void (cancelled = true),
  });
  const reading = assertRejects(() => readText(request(body), bounds(clock)), Refusal);
  await clock.advance(10_000);
  assertEquals(cancelled, false);
  await clock.advance(1);
  const refusal = await reading;
  assertEquals([refusal.status, cancelled], [408, true]);
  assertStringIncludes(refusal.message, "comes too slowly");
});

/** A body of so many MiB that goes on for as long as the test wants. */
function unfinished(mebibytes: number): ReadableStream<Uint8Array> {
  let left = mebibytes;
  return new ReadableStream({
    pull(controller): void | Promise<void> {
      if (left-- > 0) controller.enqueue(new Uint8Array(1024 * 1024).fill(0x20));
      else return new Promise(() => {});
    },
  });
}

Deno.test("bodies of one address have room for a share of what there is, and leave some to others", async () => {
  const clock = new FakeClock();
  const budget = new ByteBudget({ maxMessageSize: 1024 * 1024 });
  const read = (address: string) => {
    const lease = budget.lease({ address });
    return readText(request(unfinished(1)), { maxSize: 2 ** 21, clock, lease })
      .catch((error: Refusal) => error).finally(() => lease.release());
  };
  const crowd = Array.from({ length: 64 }, () => read("203.0.113.66"));
  const refused = (await Promise.all(crowd.slice(12))).map((error) => (error as Refusal).status);
  assertEquals(refused, Array(52).fill(429));
  const other = read("203.0.113.67");
  assertEquals(await Promise.race([other, settle().then(settle)]), undefined);
  const { used } = budget;
  assert(used > 12 * 2 ** 20 && used < 14 * 2 ** 20, `${used} bytes are held`);
  // A MiB may take another 64 s.
  await clock.advance(75_000);
  assertEquals(
    (await Promise.all([...crowd.slice(0, 12), other])).map((error) => (error as Refusal).status),
    Array(13).fill(408),
  );
  assertEquals([budget.used, clock.pending], [0, 0]);
});

Deno.test("a body for which there is no room is not read at all", async () => {
  const budget = new ByteBudget({ maxMessageSize: 7 });
  budget.lease({ address: "192.0.2.1" }).take(12 * 2 ** 20);
  let pulled = 0;
  const body = new ReadableStream<Uint8Array>({ pull: () => void (pulled += 1) }, { highWaterMark: 0 });
  const announced = request(body, { "content-length": String(2 ** 20) });
  const options = { ...bounds(new FakeClock(), budget), maxSize: 2 ** 21 };
  const refusal = await assertRejects(() => readText(announced, options), Refusal);
  assertEquals([refusal.code, refusal.retryAfterMs, pulled], ["rate_limited", 1000, 0]);
});

Deno.test("readText() refuses a body that is not UTF-8, or breaks off", async () => {
  const clock = new FakeClock();
  const bytes = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new Uint8Array([0xc3]));
      controller.close();
    },
  });
  assertEquals((await assertRejects(() => readText(request(bytes), bounds(clock)), Refusal)).status, 400);
  const broken = new ReadableStream<Uint8Array>({
    start: (controller) => controller.error(new Error("reset")),
  });
  assertEquals((await assertRejects(() => readText(request(broken), bounds(clock)), Refusal)).status, 400);
  await settle();
  assertEquals(clock.pending, 0);
});
