import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Refusal } from "../../lib/protocol/mod.ts";
import { readText } from "../../routes/body.ts";
import { FakeClock, settle } from "../helpers/fake_clock.ts";

function request(body: ReadableStream<Uint8Array> | string, headers: Record<string, string> = {}): Request {
  return new Request("http://x.test/", { method: "POST", body, headers });
}

Deno.test("readText() reads a text of up to so many bytes", async () => {
  const clock = new FakeClock();
  assertEquals(await readText(request("12345é"), 7, clock), "12345é");
  const refusal = await assertRejects(() => readText(request("12345éé"), 7, clock), Refusal);
  assertEquals(refusal.status, 413);
  assertEquals(await readText(new Request("http://x.test/"), 7, clock), "");
  assertEquals(clock.pending, 0);
});

Deno.test("readText() refuses a body whose announced length is too large without reading it", async () => {
  let pulled = 0;
  const body = new ReadableStream<Uint8Array>({ pull: () => void (pulled += 1) }, { highWaterMark: 0 });
  const announced = request(body, { "content-length": "99999999999" });
  const refusal = await assertRejects(() => readText(announced, 7, new FakeClock()), Refusal);
  assertEquals([refusal.status, pulled], [413, 0]);
});

Deno.test("readText() gives up on a body that takes longer than 30 s", async () => {
  const clock = new FakeClock();
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode("{")),
    cancel: () => void (cancelled = true),
  });
  const reading = assertRejects(() => readText(request(body), 7, clock), Refusal);
  await clock.advance(29_999);
  assertEquals(cancelled, false);
  await clock.advance(1);
  const refusal = await reading;
  assertEquals([refusal.status, cancelled], [408, true]);
  assertStringIncludes(refusal.message, "longer than 30 s");
});

Deno.test("readText() refuses a body that is not UTF-8, or breaks off", async () => {
  const clock = new FakeClock();
  const bytes = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new Uint8Array([0xc3]));
      controller.close();
    },
  });
  assertEquals((await assertRejects(() => readText(request(bytes), 7, clock), Refusal)).status, 400);
  const broken = new ReadableStream<Uint8Array>({
    start: (controller) => controller.error(new Error("reset")),
  });
  assertEquals((await assertRejects(() => readText(request(broken), 7, clock), Refusal)).status, 400);
  await settle();
  assertEquals(clock.pending, 0);
});
