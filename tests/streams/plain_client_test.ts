import { assertEquals } from "@std/assert";
import { Peer } from "../helpers/peer.ts";
import { dataOf, Scene } from "../helpers/scene.ts";

for (const path of ["", "ws/stream"]) {
  Deno.test(`a plain client on /${path} is welcomed at once, and its unsigned heartbeat answered`, async () => {
    await using scene = await Scene.start();
    const peer = await Peer.open(scene.server.ws.replace(/ws$/, path));
    const welcome = await peer.next();
    assertEquals(welcome.type, "welcome");
    assertEquals(welcome["message"], "Connected to The Block real-time data stream");
    assertEquals(Array.isArray(welcome["available_streams"]), true);
    assertEquals(Number.isInteger(welcome["timestamp"]), true);
    peer.send('{"type": "heartbeat"}');
    const bare = await peer.next();
    assertEquals([bare.type, typeof dataOf(bare)["timestamp"]], ["heartbeat_ack", "string"]);
    peer.send('{"type": "heartbeat", "data": {"timestamp": 1.0}}');
    assertEquals(dataOf(await peer.next())["echo"], 1);
    peer.send('{"type": "ping"}');
    assertEquals((await peer.next()).type, "pong");
    await peer.close();
  });
}

Deno.test("what a plain client sends amiss is answered with an error and a code", async () => {
  await using scene = await Scene.start();
  const peer = await Peer.open(scene.server.ws.replace(/ws$/, "ws/stream"));
  await peer.next();
  for (
    const [frame, code] of [
      ["{", "invalid_json"],
      ["[]", "invalid_message"],
      ['{"type": 1}', "invalid_message"],
      ['{"type": "toString"}', "unknown_type"],
      ['{"type": "subscribe", "stream": "nonsense"}', "unknown_stream"],
    ] as const
  ) {
    peer.send(frame);
    const error = await peer.next();
    assertEquals([error.type, error["code"]], ["error", code]);
  }
  await peer.close();
});
