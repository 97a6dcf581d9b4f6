import { assert, assertEquals } from "@std/assert";
import { JobScene } from "../helpers/job_scene.ts";
import { LogLines } from "../helpers/log_lines.ts";
import { samplePrediction } from "../helpers/samples.ts";
import { Scene } from "../helpers/scene.ts";
import { endingOf, listTold } from "../helpers/told.ts";

Deno.test("at TRACE every frame is shown with its connection's id, signatures and all", async () => {
  using lines = new LogLines("TRACE");
  await using scene = await Scene.start({ "websocket.log_level": "TRACE" });
  const peer = await scene.connect();
  const { open: [one] } = await listTold(scene.server);
  const message = scene.sign("prediction", { ...samplePrediction("p1"), token: "a secret of the miner" });
  peer.send(message);
  await peer.next(({ type }) => type === "confirmation");
  await peer.close();
  const frames = lines.text.split("\n").filter((line) => line.includes('"TRACE"')).map((line) =>
    JSON.parse(line)
  );
  assertEquals(new Set(frames.map(({ id }) => id)), new Set([one?.id]));
  // The authentication, the welcome, the games, the prediction, its confirmation.
  assertEquals(frames.length, 5);
  assert(lines.text.includes(JSON.parse(message).signature));
  assertEquals(lines.text.includes("a secret of the miner"), false);
});

Deno.test("at TRACE a Socket.IO client's packets are shown, and its API key is not", async () => {
  for (const transports of [["websocket"], ["polling"]] as ("websocket" | "polling")[][]) {
    using lines = new LogLines("TRACE");
    await using scene = await JobScene.start({ "websocket.log_level": "TRACE" });
    const peer = await scene.connect({ transports });
    const { open: [one] } = await listTold(scene.server);
    await peer.ask("follow-inscription", { jobId: "x", note: JSON.stringify({ inner: scene.key }) });
    peer[Symbol.dispose]();
    await endingOf(scene.server, "client_closed");
    const packets = lines.text.split("\n").filter((line) => line.includes('"TRACE"'));
    assert(packets.some((line) => line.includes("follow-inscription") && line.includes(`"${one?.id}"`)));
    assert(packets.some((line) => line.includes("apiKey")), "the authentication is shown");
    assertEquals(lines.text.includes(scene.key), false);
    assert(lines.text.includes(`Socket.IO connection ${one?.id} established`));
  }
});
