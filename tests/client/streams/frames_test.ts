import { assert, assertEquals, assertRejects } from "@std/assert";
import { deflateRawSync } from "node:zlib";
import { FrameDecoder } from "../../../lib/client/streams/frame_decoder.ts";
import { inflate } from "../../../lib/client/streams/inflate.ts";
import { until } from "../../helpers/until.ts";
import { StreamScene } from "./stream_scene.ts";

const deflated = (text: string | Uint8Array) => new Uint8Array(deflateRawSync(text)).buffer;

function decoder(): { decoder: FrameDecoder; taken: unknown[]; overruns: number[] } {
  const taken: unknown[] = [];
  const overruns: number[] = [];
  return {
    decoder: new FrameDecoder((message) => taken.push(message), () => overruns.push(taken.length)),
    taken,
    overruns,
  };
}

for (
  const [format, protocols] of [
    ["plain", []],
    ["deflate", ["heliograph.v1.deflate", "heliograph.v1"]],
    ["batch", ["heliograph.v1.batch", "heliograph.v1"]],
  ] as const
) {
  Deno.test(`format ${format} is offered as [${protocols}], and read`, async () => {
    using scene = new StreamScene({ format });
    await scene.connect();
    assertEquals(scene.server.latest.protocols, protocols);
    for (let count = 0; count < 20; count++) scene.server.publish("peers");
    await until(() => scene.seen.length === 20);
    assertEquals(scene.offsets("peers"), Array.from({ length: 20 }, (_, index) => index + 1));
  });

  Deno.test(`format ${format} works with a server that chooses no subprotocol`, async () => {
    using scene = new StreamScene({ format });
    scene.server.chooses = false;
    await scene.connect();
    await scene.publish("peers");
  });
}

Deno.test("after an attempt that failed no subprotocol is offered, for browsers refuse a server that knows none", async () => {
  using scene = new StreamScene({ format: "batch" });
  scene.server.upgrades = "refuse";
  scene.listen("peers");
  await scene.state("reconnecting");
  scene.server.upgrades = "accept";
  await scene.nextAttempt();
  await scene.connected();
  assertEquals(scene.server.sockets.map(({ protocols }) => protocols.length), [2, 0]);
});

Deno.test("where there is no DecompressionStream the deflate format is not offered", async () => {
  const { DecompressionStream } = globalThis;
  Reflect.deleteProperty(globalThis, "DecompressionStream");
  try {
    using scene = new StreamScene({ format: "deflate" });
    scene.listen("peers");
    await until(() => scene.server.sockets.length === 1);
    assertEquals(scene.server.latest.protocols, []);
  } finally {
    globalThis.DecompressionStream = DecompressionStream;
  }
});

Deno.test("text frames wait for deflated ones that came before them", async () => {
  const { decoder: frames, taken } = decoder();
  for (let number = 0; number < 40; number += 2) {
    frames.push(deflated(JSON.stringify({ number, padding: "x".repeat(number % 4 === 0 ? 100_000 : 1) })));
    frames.push(`{"number":${number + 1}}`);
  }
  await until(() => taken.length === 40);
  assertEquals(taken.map((message) => (message as { number: number }).number), Array.from(Array(40).keys()));
});

Deno.test("frames that are nonsense are passed over", async () => {
  const { decoder: frames, taken } = decoder();
  const { buffer } = new Uint8Array([255, 255, 255]);
  const cut = deflated("x".repeat(9999)).slice(0, 9);
  const noText = deflated(new Uint8Array([0x22, 0xff, 0x22]));
  for (const frame of ["{", "", "[1,", buffer, cut, noText, undefined, new Blob([]), 7]) frames.push(frame);
  frames.push(`{"last":true}`);
  await until(() => taken.some((message) => (message as { last?: true } | undefined)?.last === true));
  assertEquals(taken.filter((message) => message !== undefined), [{ last: true }]);
});

Deno.test("what inflates to more than allowed is given up before it is held", async () => {
  const limit = 1024 * 1024;
  const just = `"${"x".repeat(limit - 2)}"`;
  assertEquals(await inflate(new Uint8Array(deflated(just)), limit), just);
  const bomb = new Uint8Array(deflated(new Uint8Array(200 * limit)));
  await assertRejects(() => inflate(bomb, limit), RangeError, "more than 1048576 bytes");
  const { decoder: frames, taken } = decoder();
  frames.push(deflated(`"${"x".repeat(limit - 1)}"`));
  frames.push("1");
  await until(() => taken.length > 0);
  assertEquals(taken, [1]);
});

Deno.test("frames that come faster than they can be inflated are reported, and not kept", () => {
  const { decoder: frames, overruns } = decoder();
  const frame = deflated("1");
  for (let count = 0; count < 1002; count++) frames.push(frame);
  assertEquals(overruns.length, 1);
  frames.stop();
});

Deno.test("a decoder that was stopped hands nothing on", async () => {
  const { decoder: frames, taken } = decoder();
  frames.push(deflated("1"));
  frames.push("2");
  frames.stop();
  await inflate(new Uint8Array(deflated("1")), 9);
  await inflate(new Uint8Array(deflated("1")), 9);
  assertEquals(taken, []);
});

Deno.test("a connection whose frames overrun is made again", async () => {
  using scene = new StreamScene();
  await scene.connect();
  const frame = deflated(JSON.stringify({ type: "pong" }));
  for (let count = 0; count < 1100; count++) scene.server.latest.raw(frame);
  await scene.state("reconnecting");
  assert(scene.snapshot.error?.includes("faster than they can be read"));
});
