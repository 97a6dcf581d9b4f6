import { assertEquals, assertThrows } from "@std/assert";
import { Harness, predictionOf } from "./harness.ts";
import { until } from "../helpers/until.ts";

Deno.test("a handler gets every verified message of its type", async () => {
  await using miner = new Harness();
  const seen: unknown[] = [];
  miner.client.on("weather", ({ type, sender, data }) => void seen.push([type, sender, data]));
  await miner.connect();
  miner.validator.latestPeer.send(miner.validator.sign("weather", { wind: 3 }));
  await until(() => seen.length > 0);
  assertEquals(seen, [["weather", miner.validator.key.address, { wind: 3 }]]);
});

Deno.test("a handler can follow a type that the client handles itself", async () => {
  await using miner = new Harness();
  const seen: unknown[] = [];
  for (const type of ["welcome", "confirmation", "game_update"]) {
    miner.client.on(type, () => void seen.push(type));
  }
  await miner.connect();
  await miner.client.submit(predictionOf("p1"));
  await miner.client.idle();
  assertEquals(seen, ["welcome", "game_update", "confirmation"]);
  assertEquals(miner.of("confirmation").length, 1);
});

Deno.test("a handler that fails is reported, and neither the connection nor other handlers suffer", async () => {
  await using miner = new Harness();
  const seen: string[] = [];
  miner.client.on("weather", () => {
    throw new Error("no umbrella");
  });
  miner.client.on("weather", () => Promise.reject(new Error("no boots")));
  miner.client.on("weather", () => void seen.push("third"));
  await miner.connect();
  miner.validator.latestPeer.send(miner.validator.sign("weather", {}));
  await until(() => miner.problems.length === 2);
  assertEquals(miner.of("problem").map(({ message }) => message), [
    "A handler of weather failed: Error: no umbrella",
    "A handler of weather failed: Error: no boots",
  ]);
  assertEquals([seen, miner.client.state], [["third"], "authenticated"]);
});

Deno.test("a handler that is taken off gets nothing more", async () => {
  await using miner = new Harness();
  const seen: string[] = [];
  const stop = miner.client.on("weather", () => void seen.push("stopped"));
  miner.client.on("weather", () => void seen.push("stays"));
  await miner.connect();
  stop();
  miner.validator.latestPeer.send(miner.validator.sign("weather", {}));
  await until(() => seen.length > 0);
  assertEquals(seen, ["stays"]);
});

Deno.test("send() signs a message of one's own, and says when there is no connection", async () => {
  await using miner = new Harness();
  assertEquals(miner.client.send("weather", { wind: 3 }), false);
  await miner.connect();
  const frames: unknown[] = [];
  miner.validator.onFrame = ({ type, data }) => frames.push([type, { ...data as object }]);
  assertEquals(miner.client.send("weather", { wind: 3 }), true);
  await until(() => frames.length > 0);
  assertEquals(frames, [["weather", { wind: 3 }]]);
  assertEquals(miner.validator.faults, []);
});

Deno.test("send() refuses predictions, which submit() keeps until they are decided", () => {
  const miner = new Harness();
  assertThrows(() => miner.client.send("prediction", {}), TypeError, "use submit");
});

Deno.test("an error in answer to a message of one's own is reported", async () => {
  await using miner = new Harness();
  await miner.connect();
  miner.validator.onFrame = (message, peer) => {
    peer.send(JSON.stringify({
      type: "error",
      code: "invalid_message",
      message: "Invalid message format: unknown type",
      in_reply_to: message["nonce"],
    }));
  };
  miner.client.send("novelty", {});
  await until(() => miner.problems.length > 0);
  assertEquals(miner.problems, ["invalid_message"]);
});

Deno.test("a listener that fails is logged and does no other harm", async () => {
  await using miner = new Harness();
  miner.client.subscribe(() => {
    throw new Error("listener");
  });
  await miner.connect();
  await miner.client.submit(predictionOf("p1"));
  await miner.client.idle();
  assertEquals(miner.of("confirmation").length, 1);
  assertEquals(miner.lines.includes("A listener failed: Error: listener"), true);
});
