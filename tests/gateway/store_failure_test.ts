import { assertEquals } from "@std/assert";
import { systemClock } from "../../lib/protocol/mod.ts";
import { FaultyEngine } from "../helpers/faulty_engine.ts";
import { samplePrediction } from "../helpers/samples.ts";
import { dataOf, Scene } from "../helpers/scene.ts";

Deno.test("while the store cannot commit miners are told to come back, and the same messages work afterwards", async () => {
  const faulty = FaultyEngine.opener();
  await using scene = await Scene.start({}, systemClock, faulty.open);
  const peer = await scene.connect();
  const [overWebSocket, overHttp] = ["p1", "p2"].map((id) => scene.sign("prediction", samplePrediction(id)));
  {
    using _full = faulty.engine.refuse();
    peer.send(overWebSocket ?? "");
    const error = await peer.next();
    assertEquals([error["code"], error["retry_after_ms"]], ["internal_error", 5000]);
    assertEquals(error["in_reply_to"], JSON.parse(overWebSocket ?? "").nonce);
    assertEquals((await scene.post("/api/v1/predictions", overHttp ?? "")).status, 500);
    assertEquals((await scene.call("GET", "/readyz")).status, 503);
    assertEquals((await scene.call("GET", "/ws/health")).body["status"], "offline");
  }
  assertEquals((await scene.call("GET", "/readyz")).status, 200);
  peer.send(overWebSocket ?? "");
  assertEquals(dataOf(await peer.next())["status"], "success");
  assertEquals((await scene.post("/api/v1/predictions", overHttp ?? "")).status, 200);
  await peer.close();
});

Deno.test("a batch that cannot be committed is answered with one error", async () => {
  const faulty = FaultyEngine.opener();
  await using scene = await Scene.start({}, systemClock, faulty.open);
  const peer = await scene.connect();
  {
    using _full = faulty.engine.refuse();
    peer.send(
      scene.sign("prediction", { predictions: ["p1", "p2", "p3"].map((id) => samplePrediction(id)) }),
    );
    assertEquals((await peer.next())["code"], "internal_error");
  }
  peer.send(scene.sign("heartbeat", {}));
  assertEquals((await peer.next()).type, "heartbeat_ack");
  await peer.close();
});
