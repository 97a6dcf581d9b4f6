import { assertEquals } from "@std/assert";
import { type PredictionGroup, PredictionRepository } from "../../lib/engine/mod.ts";
import { settle } from "../helpers/fake_clock.ts";
import { signMessage } from "../helpers/peer.ts";
import { samplePrediction } from "../helpers/samples.ts";
import { dataOf, Scene } from "../helpers/scene.ts";

Deno.test("a confirmation is not sent before the commit is done, however long that takes", async () => {
  await using scene = await Scene.start();
  const peer = await scene.connect();
  const { promise: mayCommit, resolve: letCommit } = Promise.withResolvers<void>();
  const { promise: committing, resolve: reachedCommit } = Promise.withResolvers<void>();
  const commit = PredictionRepository.prototype.commit;
  PredictionRepository.prototype.commit = async function (group: PredictionGroup) {
    reachedCommit();
    await mayCommit;
    return await commit.call(this, group);
  };
  try {
    peer.send(signMessage(scene.key, "prediction", samplePrediction("p1")));
    await committing;
    peer.send(signMessage(scene.key, "heartbeat", {}));
    // What the server had to say by now, it has said before this.
    await peer.next(({ type }) => type === "heartbeat_ack");
    await settle();
    assertEquals(peer.frames.some(({ type }) => type === "confirmation"), false);
    letCommit();
    assertEquals(dataOf(await peer.next(({ type }) => type === "confirmation"))["status"], "success");
  } finally {
    PredictionRepository.prototype.commit = commit;
  }
  await peer.close();
});
