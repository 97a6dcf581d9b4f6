import { assertEquals } from "@std/assert";
import { Peer, signAuthentication } from "../helpers/peer.ts";
import { samplePrediction } from "../helpers/samples.ts";
import { Scene } from "../helpers/scene.ts";

const addressOf = async (scene: Scene) => String((await scene.call("GET", "/ws/health")).body["validator"]);

Deno.test("what a miner signed for one validator is taken there and refused by another, over WebSocket and HTTP", async () => {
  await using first = await Scene.start();
  await using other = await Scene.start();
  const validator = await addressOf(first);
  const message = `Not authorized: for another validator: ${validator}, this is ${await addressOf(other)}`;

  const hello = signAuthentication(first.key, { validator });
  const stranger = await Peer.open(other.server.ws);
  stranger.send(hello);
  const { code, message: told, data } = await stranger.next();
  assertEquals([code, told, data], ["not_authorized", message, { code, message }]);
  assertEquals((await stranger.ended).code, 1008);

  const miner = await Peer.open(first.server.ws);
  miner.send(hello);
  assertEquals((await miner.next()).type, "welcome");
  const handedOn = await other.connect();
  const prediction = first.sign("prediction", samplePrediction("p1"), { validator });
  handedOn.send(prediction);
  assertEquals((await handedOn.next())["message"], message);
  const overHttp = await other.post("/api/v1/predictions", prediction);
  assertEquals([overHttp.status, overHttp.body["message"]], [401, message]);
  handedOn.send(other.sign("heartbeat", {}));
  assertEquals((await handedOn.next()).type, "heartbeat_ack");

  miner.send(prediction);
  assertEquals((await miner.next()).type, "confirmation");
  await Promise.all([miner.close(), handedOn.close()]);
});

Deno.test("a validator that was added to a message after it was signed makes its signature bad", async () => {
  await using scene = await Scene.start();
  const validator = await addressOf(scene);
  const added = scene.sign("prediction", samplePrediction("p1")).replace(
    "{",
    `{"validator": "${validator}", `,
  );
  const { status, body } = await scene.post("/api/v1/predictions", added);
  assertEquals([status, body["message"]], [401, "Not authorized: bad signature"]);
});

Deno.test("a validator that is no text is a malformed message", async () => {
  await using scene = await Scene.start();
  const spoilt = scene.sign("prediction", samplePrediction("p1")).replace("{", `{"validator": 7, `);
  const { status, body } = await scene.post("/api/v1/predictions", spoilt);
  assertEquals([status, String(body["message"]).startsWith("Invalid message format: validator: ")], [
    400,
    true,
  ]);
});
