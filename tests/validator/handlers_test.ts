import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import type { Handler } from "../../lib/validator/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { samplePrediction } from "../helpers/samples.ts";
import { dataOf, Scene } from "../helpers/scene.ts";

const failures: readonly (readonly [string, Handler])[] = [
  ["throws", () => {
    throw new Error("secret of the operator");
  }],
  ["rejects", () => Promise.reject(new Error("secret of the operator"))],
  ["rejects with what is no error", () => {
    return Promise.reject("text");
  }],
  ["rejects with an object that cannot be a text", () => Promise.reject(Object.create(null))],
  ["rejects with nothing", () => Promise.reject()],
];

Deno.test("a handler that fails is answered with internal_error and harms nobody", async (test) => {
  await using scene = await Scene.start();
  const peer = await scene.connect();
  for (const [what, handler] of failures) {
    await test.step(what, async () => {
      scene.server.gateway.validator.registerHandler(what, handler);
      const message = scene.sign(what, {});
      peer.send(message);
      const error = await peer.next();
      assertEquals([error["code"], error["in_reply_to"]], ["internal_error", JSON.parse(message).nonce]);
      assert(!JSON.stringify(error).includes("secret"));
    });
  }
  peer.send(scene.sign("prediction", samplePrediction("p")));
  assertEquals(dataOf(await peer.next())["status"], "success");
  await peer.close();
});

Deno.test("a handler gets the message and answers with signed ones", async () => {
  await using scene = await Scene.start();
  scene.server.gateway.validator.registerHandler("echo", async ({ data, hotkey, uid }, { reply }) => {
    await reply("echoed", { hotkey, uid, said: String(data["say"]) });
    await reply("echoed", { again: true });
  });
  const peer = await scene.connect();
  peer.send(scene.sign("echo", { say: "hello" }));
  const echoed = await peer.next();
  assertEquals([echoed.type, dataOf(echoed)], ["echoed", {
    hotkey: scene.key.address,
    uid: 7,
    said: "hello",
  }]);
  assertEquals(echoed["sender"], scene.server.gateway.validator.address);
  assertEquals(dataOf(await peer.next()), { again: true });
  await peer.close();
});

Deno.test("a handler that hangs is given up after its time, holds up nobody, and may fail later", async () => {
  const clock = new FakeClock();
  await using scene = await Scene.start({}, clock);
  const late = Promise.withResolvers<void>();
  let aborted = false;
  scene.server.gateway.validator.registerHandler("hang", (_, { signal }) => {
    signal.addEventListener("abort", () => aborted = true);
    return late.promise;
  });
  const peer = await scene.connect();
  peer.send(scene.sign("hang", {}));
  peer.send(scene.sign("prediction", samplePrediction("p")));
  assertEquals(dataOf(await peer.next())["status"], "success");
  await clock.advance(10_000);
  assertEquals((await peer.next())["code"], "internal_error");
  assertEquals(aborted, true);
  late.reject(new Error("too late for anybody"));
  peer.send(scene.sign("heartbeat", {}));
  assertEquals((await peer.next()).type, "heartbeat_ack");
  await peer.close();
});

Deno.test("handlers that hang cannot pile up, and a message that was not served may be sent again", async () => {
  const clock = new FakeClock();
  await using scene = await Scene.start({}, clock);
  const end = Promise.withResolvers<void>();
  scene.server.gateway.validator.registerHandler("hang", () => end.promise);
  const peer = await scene.connect();
  for (let index = 0; index < 8; index += 1) peer.send(scene.sign("hang", {}));
  const ninth = scene.sign("hang", {});
  peer.send(ninth);
  const busy = await peer.next();
  assertEquals([busy["code"], busy["in_reply_to"]], ["rate_limited", JSON.parse(ninth).nonce]);
  end.resolve();
  peer.send(scene.sign("heartbeat", {}));
  await peer.next(({ type }) => type === "heartbeat_ack");
  peer.send(ninth);
  peer.send(ninth);
  assertEquals((await peer.next())["code"], "replayed");
  await peer.close();
});

Deno.test("a handler whose miner has gone answers into the void", async () => {
  await using scene = await Scene.start();
  const [running, go, done] = [
    Promise.withResolvers<void>(),
    Promise.withResolvers<void>(),
    Promise.withResolvers<void>(),
  ];
  scene.server.gateway.validator.registerHandler("slow", async (_, { reply }) => {
    running.resolve();
    await go.promise;
    await reply("late", {});
    done.resolve();
  });
  const peer = await scene.connect();
  peer.send(scene.sign("slow", {}));
  await running.promise;
  await peer.close();
  go.resolve();
  await done.promise;
});

Deno.test("a type has one handler", async () => {
  await using scene = await Scene.start();
  const { validator } = scene.server.gateway;
  validator.registerHandler("once", () => {});
  const error = assertThrows(() => validator.registerHandler("once", () => {}), TypeError);
  assertStringIncludes(error.message, 'type "once" has one already');
});
