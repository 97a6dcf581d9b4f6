import { assert, assertEquals } from "@std/assert";
import { FakeClock } from "../helpers/fake_clock.ts";
import { samplePrediction } from "../helpers/samples.ts";
import { Scene } from "../helpers/scene.ts";
import { StreamScene } from "../helpers/streams.ts";
import { inTime } from "../helpers/until.ts";

interface History {
  readonly range: string;
  readonly from: number;
  readonly interval: number;
  readonly figures: Record<string, (number | null)[]>;
}

const historyOf = async (scene: Scene, stream: string, range = "1h") => {
  const { status, body } = await scene.call("GET", `/api/v1/streams/${stream}/history?range=${range}`);
  assertEquals(status, 200);
  return body as unknown as History;
};

Deno.test("what the gateway does is written down although nobody looks, and outlives a restart", async () => {
  const folder = await Deno.makeTempDir({ prefix: "heliograph-test-" });
  const store = `${folder}/store.db`;
  const clock = new FakeClock();
  try {
    {
      await using scene = await Scene.start({ store }, clock);
      await scene.submit({
        predictions: [samplePrediction("a"), samplePrediction("b", { game_id: "none" })],
      });
      for (let slot = 0; slot < 31; slot += 1) await clock.advance(10_000);
      await scene.server.gateway.figures.settled();
      const { from, interval, figures } = await historyOf(scene, "gateway");
      assertEquals([interval, from], [10, clock.now() / 1000 - 3595]);
      const accepted = figures["accepted_per_second"]?.slice(-31);
      assertEquals([accepted?.[0], accepted?.[1]], [0.1, 0]);
      assertEquals(figures["refused_per_second"]?.at(-31), 0.1);
      assertEquals(figures["refused_per_second"]?.at(-32), null);
      assert(!("memory" in figures));
    }
    await using scene = await Scene.start({ store }, clock);
    await clock.advance(10_000);
    const { figures } = await historyOf(scene, "gateway");
    assertEquals(figures["accepted_per_second"]?.filter((value) => value === 0.1), [0.1]);
    assert((figures["accepted_per_second"]?.filter((value) => value !== null).length ?? 0) >= 30);
    const day = await historyOf(scene, "gateway", "24h");
    assertEquals(day.interval, 240);
    assert((day.figures["accepted_per_second"] ?? []).some((value) => value !== null && value > 0));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the node's figures are written down while somebody listens, and it is not asked otherwise", async () => {
  await using scene = await StreamScene.start();
  await scene.pass(60_000);
  assertEquals(scene.node.calls(), 0);
  const peer = await scene.open();
  peer.send(JSON.stringify({ type: "subscribe", stream: "network_metrics" }));
  await inTime(peer.next(({ type }) => type === "network_metrics"), "a value");
  await scene.pass(30_000);
  const { figures } = await historyOf(scene.scene, "network_metrics");
  assertEquals(figures["peer_count"]?.slice(-2), [3, 3]);
  assertEquals(figures["peer_count"]?.at(-5), null);
  await peer.close();
});

Deno.test("a node may be looked at although nobody listens", async () => {
  await using scene = await StreamScene.start({ "streams.look_every": 60 });
  await scene.pass(180_000);
  const { figures } = await historyOf(scene.scene, "network_metrics");
  const known = (figures["tps"] ?? []).filter((value) => value !== null);
  assert(known.length >= 2 && known.length <= 6, `${known.length}`);
});

Deno.test("only some streams have a history, and of two ranges", async () => {
  await using scene = await Scene.start();
  const get = async (path: string) => (await scene.call("GET", `/api/v1/streams/${path}`)).status;
  assertEquals(await get("peers/history"), 404);
  assertEquals(await get("nonsense/history"), 404);
  assertEquals(await get("gateway/history?range=1w"), 400);
});
