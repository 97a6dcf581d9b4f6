import { assertEquals } from "@std/assert";
import { DashboardModel } from "../../lib/dashboard/model/dashboard_model.ts";
import type { GatewayActivity } from "../../lib/protocol/streams.ts";
import type { PastMeasurements } from "../../lib/dashboard/model/history.ts";
import { scriptedNetwork } from "../e2e/dashboard/scripted_network.ts";
import { ScriptedStreams } from "../e2e/dashboard/scripted_streams.ts";
import { FakeClock, settle } from "../helpers/fake_clock.ts";

/** A model whose frames are drawn when a test says so. */
class Scene implements Disposable {
  readonly clock = new FakeClock();
  readonly streams = new ScriptedStreams();
  readonly frames: (() => void)[] = [];
  /** What the server has, by stream and range. */
  readonly past: Record<string, PastMeasurements> = {};
  readonly model: DashboardModel;
  readonly #stop: () => void;

  constructor() {
    const requestFrame = (task: () => void) => void this.frames.push(task);
    this.model = new DashboardModel({
      streams: this.streams,
      clock: this.clock,
      requestFrame,
      loadPast: (stream, range) => Promise.resolve(this.past[`${stream} ${range}`]),
    });
    this.#stop = this.model.start();
  }

  /** Everything of a step, now. */
  play(step: number): void {
    const data = scriptedNetwork(step);
    const now = Math.floor(this.clock.now() / 1000);
    this.streams.send("network_metrics", data.network_metrics, now);
    this.streams.send("markets_health", data.markets_health, now);
    this.streams.send("receipts", data.receipts, now);
    this.streams.send("peers", data.peers, now);
    this.streams.send("gateway", data.gateway, now);
  }

  draw(): void {
    for (const task of this.frames.splice(0)) task();
  }

  get status(): string {
    this.draw();
    const { tone, title, detail } = this.model.status.value;
    return [tone, title, detail].join(" | ");
  }

  [Symbol.dispose](): void {
    this.#stop();
  }
}

function connected(): Scene {
  const scene = new Scene();
  scene.streams.change({ state: "connected", transport: "websocket", simulated: false });
  return scene;
}

Deno.test("the model shows what came last, and publishes once a frame however much comes", () => {
  using scene = connected();
  scene.draw();
  let published = 0;
  scene.model.values.network_metrics.subscribe(() => published++);
  for (let step = 0; step < 50; step++) scene.play(step);
  assertEquals(scene.model.values.network_metrics.value, undefined);
  assertEquals(scene.frames.length, 1);
  scene.draw();
  assertEquals(published, 1);
  assertEquals(scene.model.values.network_metrics.value, scriptedNetwork(49).network_metrics);
  assertEquals(scene.model.values.peers.value, scriptedNetwork(49).peers);
  assertEquals(scene.model.receipts.value.seen, 50);
});

Deno.test("hours of updates leave the model no larger than its bounds", () => {
  using scene = connected();
  for (let step = 0; step < 7200; step++) {
    scene.streams.send("network_metrics", scriptedNetwork(step).network_metrics, step * 2);
    scene.streams.send("gateway", scriptedNetwork(step).gateway, step * 2);
    scene.streams.send("receipts", scriptedNetwork(step).receipts, step * 2);
  }
  scene.draw();
  const lengths = (["network_metrics", "gateway"] as const).map((stream) =>
    scene.model.history(stream, "1h").length
  );
  assertEquals(lengths, [1801, 1801]);
  assertEquals(scene.model.receipts.value.entries.length, 200);
});

Deno.test("the status says connecting, then waiting for values, then live", () => {
  using scene = new Scene();
  assertEquals(scene.status, "waiting | Connecting | ");
  scene.streams.change({ state: "connected", transport: "websocket" });
  assertEquals(scene.status, "waiting | Connected | waiting for the first values");
  scene.play(0);
  assertEquals(scene.status, "live | Live | all streams up to date");
});

Deno.test("the status counts down to the next attempt, and tells a screen reader once", async () => {
  using scene = connected();
  scene.play(0);
  const retryAt = scene.clock.now() + 4000;
  scene.streams.change({ state: "reconnecting", error: "connection refused", retryAt });
  assertEquals(scene.status, "broken | Reconnecting | next attempt in 4 s · connection refused");
  const { announcement } = scene.model.status.value;
  await scene.clock.advance(1000);
  assertEquals(scene.status, "broken | Reconnecting | next attempt in 3 s · connection refused");
  assertEquals(scene.model.status.value.announcement, announcement);
  await scene.clock.advance(3000);
  assertEquals(scene.status, "broken | Reconnecting | trying now · connection refused");
});

Deno.test("a gateway that refuses most predictions is not called live, and the reason is named", async () => {
  using scene = connected();
  scene.play(0);
  const refuse = (accepted: number, refused: GatewayActivity["verdicts"]["refused"]) => {
    const activity = { ...scriptedNetwork(0).gateway, verdicts: { accepted, refused } };
    scene.streams.send("gateway", activity, scene.clock.now() / 1000);
  };
  refuse(0, { odds: 9 });
  await scene.clock.advance(1000);
  assertEquals(scene.status, "live | Live | all streams up to date");
  refuse(4, { odds: 2, wager_limit: 94 });
  await scene.clock.advance(1000);
  assertEquals(
    scene.status,
    "troubled | Predictions are refused | 96.0 % in the last minute, mostly: wager limit",
  );
  assertEquals(
    scene.model.status.value.announcement,
    "Most predictions are refused, mostly: wager limit",
  );
  refuse(96, { odds: 4 });
  await scene.clock.advance(1000);
  assertEquals(scene.status, "live | Live | all streams up to date");
});

Deno.test("a stream that the server calls stale is named with its words and its age, until it is live", async () => {
  using scene = connected();
  scene.play(0);
  await scene.clock.advance(2000);
  scene.streams.change({ stale: { receipts: "node unreachable", markets_health: "node unreachable" } });
  assertEquals(scene.status, "stale | Stale | Markets, Market receipts: node unreachable · 2 s old");
  assertEquals(scene.model.status.value.announcement, "Stale: Markets, Market receipts: node unreachable");
  assertEquals(scene.model.health.network_metrics.value.state, "fresh");
  await scene.clock.advance(1000);
  assertEquals(scene.model.health.receipts.next, { state: "stale", reason: "node unreachable", age: "1 s" });
  scene.streams.change({ stale: {} });
  assertEquals(scene.status, "live | Live | all streams up to date");
});

Deno.test("a stream is stale when nothing came for three periods, and live with the next message", async () => {
  using scene = connected();
  scene.play(0);
  await scene.clock.advance(6000);
  assertEquals(scene.status, "live | Live | all streams up to date");
  await scene.clock.advance(1000);
  assertEquals(scene.status, "stale | Stale | Network, Gateway: nothing new has arrived · 7 s old");
  scene.play(1);
  assertEquals(scene.status, "live | Live | all streams up to date");
});

Deno.test("silence of the receipts is no fault while there is a connection, and is one without", async () => {
  using scene = connected();
  scene.play(0);
  await scene.clock.advance(60_000);
  assertEquals(scene.model.health.receipts.next.state, "fresh");
  assertEquals(scene.model.health.peers.next.state, "stale");
  scene.streams.change({ state: "reconnecting" });
  await scene.clock.advance(10_000);
  assertEquals(scene.model.health.receipts.next.state, "stale");
});

Deno.test("the status notes simulated data and a transport that is not the first choice", () => {
  using scene = new Scene();
  scene.streams.change({ state: "connected", transport: "sse", simulated: true });
  scene.draw();
  assertEquals(scene.model.status.value.notes.map(({ text }) => text), [
    "Simulated data",
    "Server-sent events",
  ]);
  scene.streams.change({ transport: "websocket", simulated: false });
  scene.draw();
  assertEquals(scene.model.status.value.notes, []);
});

Deno.test("the status says paused and disconnected, with the reason", () => {
  using scene = new Scene();
  scene.streams.change({ state: "paused" });
  assertEquals(scene.status, "waiting | Paused | until this page is in view");
  scene.streams.change({ state: "closed", error: "refused" });
  assertEquals(scene.status, "broken | Disconnected | refused");
});

Deno.test("nothing is published while nothing changes", async () => {
  using scene = connected();
  scene.play(0);
  scene.draw();
  await scene.clock.advance(3000);
  assertEquals(scene.frames.length, 0);
});

Deno.test("a model that has stopped listens no more and has no timer", () => {
  const scene = connected();
  scene[Symbol.dispose]();
  assertEquals([scene.streams.listeners, scene.clock.pending], [0, 0]);
});

Deno.test("ages are told by the server's clock, and by the messages' own time", async () => {
  using scene = connected();
  const server = scene.clock.now() + 3_600_000;
  const send = (step: number, at: number) => {
    const { network_metrics, gateway } = scriptedNetwork(step);
    scene.streams.send("network_metrics", network_metrics, at / 1000);
    return { gateway };
  };
  const { gateway } = send(0, server - 90_000);
  scene.streams.send("gateway", gateway, server / 1000);
  scene.streams.change({ stale: { network_metrics: "gone" } });
  assertEquals(scene.status, "stale | Stale | Network: gone · 1 min 30 s old");
  await scene.clock.advance(5000);
  scene.streams.send("gateway", gateway, server / 1000 + 5);
  assertEquals(scene.status, "stale | Stale | Network: gone · 1 min 35 s old");
});

Deno.test("a drain is told while it is under way, and until there is a connection again", async () => {
  using scene = connected();
  scene.play(0);
  const activity = { ...scriptedNetwork(0).gateway, status: "draining" } as const;
  scene.streams.send("gateway", activity, scene.clock.now() / 1000);
  await scene.clock.advance(1000);
  assertEquals(scene.status, "troubled | Draining | the server finishes what is under way, then closes");
  const retryAt = scene.clock.now() + 3000;
  scene.streams.change({ state: "reconnecting", code: "server_closing", error: "Server closing", retryAt });
  assertEquals(
    scene.status,
    "troubled | Drained | the server sent its clients away · next attempt in 3 s",
  );
  assertEquals(scene.model.status.value.canRetry, true);
  scene.streams.change({ code: undefined, error: "connection refused", retryAt: undefined });
  assertEquals(scene.status, "troubled | Drained | the server sent its clients away · trying now");
  assertEquals(scene.model.status.value.canRetry, false);
  scene.streams.change({ state: "connected" });
  scene.play(1);
  assertEquals(scene.status, "live | Live | all streams up to date");
});

Deno.test("a gateway whose store cannot commit is not called live", async () => {
  using scene = connected();
  scene.play(0);
  const activity = { ...scriptedNetwork(0).gateway, status: "offline" } as const;
  scene.streams.send("gateway", activity, scene.clock.now() / 1000);
  await scene.clock.advance(1000);
  assertEquals(scene.status, "broken | Nothing is confirmed | the gateway's store cannot commit");
});

Deno.test("charts begin with what the server wrote down, and have it again after a pause", async () => {
  using scene = new Scene();
  const now = Math.floor(scene.clock.now() / 1000);
  const tps = Array.from({ length: 360 }, (_, index) => index);
  scene.past["network_metrics 1h"] = { from: now - 3600, interval: 10, figures: { tps } };
  scene.past["network_metrics 24h"] = { from: now - 86_400, interval: 240, figures: { tps } };
  scene.streams.change({ state: "connected" });
  await settle();
  const hour = scene.model.history("network_metrics", "1h");
  assertEquals([hour.length, hour.times[0], hour.column("tps").at(-1)], [360, now - 3600, 359]);
  assertEquals(scene.model.history("network_metrics", "24h").length, 0);
  scene.model.show("24h");
  await settle();
  assertEquals(scene.model.history("network_metrics", "24h").length, 360);
  scene.play(0);
  scene.streams.change({ state: "paused" });
  await scene.clock.advance(60_000);
  const missed = [1, 2, 3, 4, 5];
  scene.past["network_metrics 1h"] = { from: now + 6, interval: 10, figures: { tps: missed } };
  scene.streams.change({ state: "connected", reconnects: 1 });
  await settle();
  scene.play(1);
  assertEquals(hour.column("tps").slice(-6, -1), missed);
});
