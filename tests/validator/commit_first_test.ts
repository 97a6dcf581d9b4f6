import { assertEquals } from "@std/assert";
import { systemClock } from "../../lib/protocol/mod.ts";
import { FaultyEngine } from "../helpers/faulty_engine.ts";
import { settle } from "../helpers/fake_clock.ts";
import { signMessage } from "../helpers/peer.ts";
import { samplePrediction } from "../helpers/samples.ts";
import { dataOf, Scene } from "../helpers/scene.ts";

Deno.test("a confirmation is not sent before the commit is done, however long that takes", async () => {
  const faulty = FaultyEngine.opener();
  await using scene = await Scene.start({}, systemClock, faulty.open);
  const peer = await scene.connect();
  const { promise: mayCommit, resolve: letCommit } = Promise.withResolvers<void>();
  const { promise: committing, resolve: reachedCommit } = Promise.withResolvers<void>();
  {
    using _held = faulty.engine.interfere(async (write) => {
      reachedCommit();
      await mayCommit;
      return await write();
    });
    peer.send(signMessage(scene.key, "prediction", samplePrediction("p1")));
    await committing;
    peer.send(signMessage(scene.key, "heartbeat", {}));
    // What the server had to say by now, it has said before this.
    await peer.next(({ type }) => type === "heartbeat_ack");
    await settle();
    assertEquals(peer.frames.some(({ type }) => type === "confirmation"), false);
    letCommit();
    assertEquals(dataOf(await peer.next(({ type }) => type === "confirmation"))["status"], "success");
  }
  await peer.close();
});
