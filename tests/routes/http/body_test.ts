import { clearImmediate, setImmediate } from "node:timers";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ByteBudget } from "../../../lib/hub/mod.ts";
import { Refusal, type Timer } from "../../../lib/protocol/mod.ts";
import { readText } from "../../../routes/http/body.ts";
import { FakeClock, settle } from "../../helpers/fake_clock.ts";
import { until } from "../../helpers/until.ts";

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

/** A body that is there already, in so many pieces of one size. */
function inPieces(count: number, size: number): ReadableStream<Uint8Array> {
  const piece = new Uint8Array(size).fill(0x20);
  let left = count;
  return new ReadableStream({
    pull: (controller) => left-- > 0 ? controller.enqueue(piece) : controller.close(),
  }, { highWaterMark: 0 });
}

Deno.test("readText() refuses crumbs before many have come, and counts what work they were", async () => {
  let counted = 0;
  const options = {
    ...bounds(new FakeClock()),
    maxSize: 2 ** 20,
    count: (bytes: number) => counted += bytes,
  };
  const crumbs = request(inPieces(2 ** 20, 1));
  const refusal = await assertRejects(() => readText(crumbs, options), Refusal, "pieces that are too small");
  assertEquals([refusal.status, counted], [400, 258 * 256]);
  counted = 0;
  assertEquals((await readText(request(inPieces(200, 1)), options)).length, 200);
  assertEquals(counted, 200 * 256);
});

Deno.test("while a body comes as fast as it can, others have their turn", async () => {
  let turns = 0;
  let turn = setImmediate(function next() {
    turns += 1;
    turn = setImmediate(next);
  });
  const options = { ...bounds(new FakeClock()), maxSize: 2 ** 20 };
  await readText(request(inPieces(2000, 300)), options);
  clearImmediate(turn);
  assert(turns > 100, `${turns} turns`);
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

/** Counts the timers that are set. */
class CountingClock extends FakeClock {
  timers = 0;

  override after(milliseconds: number, task: () => void): Timer {
    this.timers += 1;
    return super.after(milliseconds, task);
  }
}

/** Sends a request, of which it has the rest as it is, to a server, and tells what is read of its body. */
async function sent(rest: string) {
  const clock = new CountingClock();
  const read = Promise.withResolvers<string | Refusal>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    await readText(request, { ...bounds(clock), maxSize: 100 }).then(read.resolve, read.resolve);
    return new Response();
  });
  const connection = await Deno.connect({ port: server.addr.port });
  await connection.write(new TextEncoder().encode(`POST / HTTP/1.1\r\nHost: x.test\r\n${rest}`));
  return {
    clock,
    connection,
    read: read.promise,
    async [Symbol.asyncDispose]() {
      connection.close();
      await server.shutdown();
    },
  };
}

Deno.test("a small body that is there with its request is read without a timer", async () => {
  await using scene = await sent("Content-Length: 8\r\n\r\n12345é7");
  assertEquals([await scene.read, scene.clock.timers], ["12345é7", 0]);
});

Deno.test("a small body may come later, but not too slowly", async () => {
  {
    await using scene = await sent("Content-Length: 3\r\n\r\n1");
    await until(() => scene.clock.pending === 1);
    await scene.connection.write(new TextEncoder().encode("23"));
    assertEquals(await scene.read, "123");
    assertEquals(scene.clock.pending, 0);
  }
  await using scene = await sent("Content-Length: 3\r\n\r\n1");
  await until(() => scene.clock.pending === 1);
  await scene.clock.advance(10_000);
  const refusal = await scene.read as Refusal;
  assertEquals([refusal.status, scene.clock.pending], [408, 0]);
});

Deno.test("a small body that is not UTF-8, or breaks off, is refused", async () => {
  {
    await using scene = await sent("Content-Length: 1\r\n\r\n");
    await scene.connection.write(new Uint8Array([0xc3]));
    assertEquals((await scene.read as Refusal).status, 400);
  }
  {
    await using scene = await sent("Content-Length: 3\r\n\r\n1");
    await until(() => scene.clock.pending === 1);
    await scene.connection.closeWrite();
    assertEquals((await scene.read as Refusal).status, 400);
  }
});

Deno.test("a body that is said to be small is never larger: the runtime refuses what tells two lengths", async () => {
  const chunks = `\r\n80\r\n${" ".repeat(128)}\r\n`;
  for (
    const order of [["Content-Length: 3", "Transfer-Encoding: chunked"], [
      "Transfer-Encoding: chunked",
      "Content-Length: 3",
    ]]
  ) {
    await using scene = await sent(`${order.join("\r\n")}\r\n${chunks}`);
    const answer = new Uint8Array(1024);
    const size = await scene.connection.read(answer) ?? 0;
    assertStringIncludes(new TextDecoder().decode(answer.subarray(0, size)), "HTTP/1.1 400 ");
  }
});
