import { assert, assertEquals } from "@std/assert";
import { Peer } from "../helpers/peer.ts";
import { StreamScene } from "../helpers/streams.ts";
import { theBlockResults } from "../helpers/the_block_results.ts";

/** What The Block's page sends first: three calls at once, whose ids are the time and so may be the same. */
async function openPage(scene: StreamScene): Promise<Peer> {
  const peer = await Peer.open(scene.url("ws"));
  const id = scene.clock.now();
  for (const name of ["block_updates", "metrics", "network"]) {
    peer.send(JSON.stringify({ method: "state_stream.subscribe", params: [name], id }));
  }
  return peer;
}

/** The next frames by their types. */
async function nextByType(peer: Peer, count: number): Promise<Record<string, unknown>> {
  const frames: [string, unknown][] = [];
  for (let left = count; left > 0; left--) {
    const { type, data } = await peer.next();
    frames.push([type, data]);
  }
  return Object.fromEntries(frames);
}

Deno.test("The Block's page gets what it subscribes to in its own words, and nothing that it does not know", async () => {
  await using scene = await StreamScene.start();
  const page = await openPage(scene);
  const timestamp = Math.floor(scene.clock.now() / 1000) * 1000;
  assertEquals(await nextByType(page, 3), {
    block_update: { height: 123_456, finalized_height: null, hash: null, tx_count: null, timestamp },
    metrics_update: {
      tps: 145.7,
      fees: null,
      latencyMs: null,
      peers: 3,
      blockHeight: 123_456,
      issuance: null,
      timestamp,
    },
    network_update: {
      peers: 3,
      activeConnections: 23,
      bandwidth: { inbound: 1_024_000, outbound: 512_000 },
      timestamp,
    },
  });
  assertEquals(new Set(page.frames.map(({ type }) => type)).size, 3);
  await page.close();
});

Deno.test("an update comes to the page when there is something new in it", async () => {
  await using scene = await StreamScene.start();
  const page = await openPage(scene);
  await nextByType(page, 3);
  await scene.pass(6000);
  scene.node.results["light.latest_header"] = { number: 123_457, hash: "0xab", finality_time: 6 };
  await scene.pass(4000);
  const news = await nextByType(page, 2);
  assertEquals(Object.keys(news).sort(), ["block_update", "metrics_update"]);
  const { height, hash } = news["block_update"] as { height: number; hash: string };
  assertEquals([height, hash], [123_457, "0xab"]);
  page.send('{"type":"ping"}');
  assertEquals((await page.next()).type, "pong");
  await page.close();
  await scene.listened("network_metrics", 0);
});

Deno.test("what The Block's own node does not give is null on its page", async () => {
  await using scene = await StreamScene.start({ rpc_profile: "the-block" });
  scene.node.answerWith(theBlockResults());
  const page = await openPage(scene);
  const { block_update, metrics_update, network_update } = await nextByType(page, 3);
  const timestamp = Math.floor(scene.clock.now() / 1000) * 1000;
  assertEquals(block_update, {
    height: 51_204,
    finalized_height: null,
    hash: "00ab12",
    tx_count: null,
    timestamp,
  });
  assertEquals((metrics_update as { tps: unknown }).tps, null);
  assertEquals((network_update as { bandwidth: unknown }).bandwidth, { inbound: null, outbound: null });
  await page.close();
});

Deno.test("the page's ping comes back with the page's time", async () => {
  await using scene = await StreamScene.start();
  const page = await openPage(scene);
  await nextByType(page, 3);
  page.send(JSON.stringify({ type: "ping", timestamp: 1_707_770_400_123 }));
  const { type, timestamp } = await page.next();
  assertEquals([type, timestamp], ["pong", 1_707_770_400_123]);
  page.send(JSON.stringify({ type: "ping", timestamp: "x".repeat(4000) }));
  assertEquals((await page.next())["timestamp"], Math.floor(scene.clock.now() / 1000));
  await page.close();
});

Deno.test("a page that unsubscribes hears no more of that, and a node that fails is told of", async () => {
  await using scene = await StreamScene.start();
  const page = await openPage(scene);
  await nextByType(page, 3);
  for (const name of ["metrics", "network"]) {
    page.send(JSON.stringify({ method: "state_stream.unsubscribe", params: [name], id: 1 }));
  }
  await scene.listened("network_metrics", 1);
  scene.node.results["light.latest_header"] = { number: 123_458, finality_time: 6 };
  await scene.pass(4000);
  assertEquals(Object.keys(await nextByType(page, 1)), ["block_update"]);
  scene.node.mode = "http_500";
  await scene.pass(4000);
  const { type, stream, status } = await page.next();
  assertEquals([type, stream, status], ["stream_status", "block_updates", "stale"]);
  await page.close();
});

Deno.test("a call that the gateway does not know is refused with what it takes", async () => {
  await using scene = await StreamScene.start();
  for (const path of ["ws", "ws/stream", ""]) {
    const page = await Peer.open(scene.url(path));
    if (path !== "ws") await page.next();
    for (
      const [frame, code, text] of [
        [{ method: "consensus.block_height", params: [], id: 7 }, "unknown_type", "state_stream.subscribe"],
        [{ method: "state_stream.subscribe", params: "metrics", id: 7 }, "invalid_message", "params"],
        [
          { method: "state_stream.subscribe", params: ["trading"], id: 7 },
          "unknown_stream",
          "Invalid stream name",
        ],
        [{ method: "state_stream.subscribe", params: [{}], id: 7 }, "unknown_stream", "Invalid stream name"],
        [{ method: 5, id: 7 }, "invalid_message", "type"],
      ] as const
    ) {
      page.send(JSON.stringify(frame));
      const error = await page.next();
      assertEquals([error.type, error["code"]], ["error", code]);
      assert(String(error["message"]).includes(text), String(error["message"]));
      if (code === "unknown_stream") {
        assertEquals(error["available_streams"], ["block_updates", "metrics", "network"]);
      }
      assertEquals(error["id"], frame.method === 5 ? undefined : 7);
    }
    await page.close();
  }
});

Deno.test("many pages are served from one poll", async () => {
  await using scene = await StreamScene.start();
  const pages = await Promise.all(Array.from({ length: 20 }, () => openPage(scene)));
  for (const page of pages) await nextByType(page, 3);
  const before = scene.node.calls("light.latest_header");
  await scene.pass(4000);
  assertEquals(scene.node.calls("light.latest_header"), before + 2);
  await Promise.all(pages.map((page) => page.close()));
});
