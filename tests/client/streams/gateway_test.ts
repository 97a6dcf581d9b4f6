import { assert, assertEquals } from "@std/assert";
import { StreamClient, type StreamClientOptions } from "../../../lib/client/mod.ts";
import type { StreamData } from "../../../lib/protocol/streams.ts";
import { FakeClock } from "../../helpers/fake_clock.ts";
import { FakeNode, fakeReceipt } from "../../helpers/fake_node.ts";
import { Scene } from "../../helpers/scene.ts";
import { NoWebSocket, withoutEvents } from "./blocked_ways.ts";

interface Way {
  readonly transport: string;
  readonly options: Partial<StreamClientOptions>;
  readonly frames: readonly string[];
}

/** Every way for messages to come. */
const ways = {
  plain: { transport: "websocket", options: {}, frames: [" string"] },
  deflate: {
    transport: "websocket",
    options: { format: "deflate" },
    frames: ["heliograph.v1.deflate object", "heliograph.v1.deflate string"],
  },
  batch: { transport: "websocket", options: { format: "batch" }, frames: ["heliograph.v1.batch string"] },
  sse: { transport: "sse", options: { WebSocket: NoWebSocket }, frames: [] },
  poll: { transport: "poll", options: { WebSocket: NoWebSocket, fetch: withoutEvents }, frames: [] },
} as const satisfies Record<string, Way>;

/** So many that their message is worth compressing. */
const manyPeers = Array.from({ length: 100 }, (_, index) => (
  { id: `peer_${index}`, address: `192.0.2.${index}:8000`, latency_ms: index, is_validator: false }
));

/** A gateway and its node, in a time that the test moves, and a client in real time. */
class Stage implements AsyncDisposable {
  readonly clock: FakeClock;
  readonly node: FakeNode;
  readonly offsets: number[] = [];
  readonly receipts: string[] = [];
  /** Of every WebSocket: the subprotocol, and whether frames came as text or as bytes. */
  readonly frames = new Set<string>();
  client: StreamClient | undefined;
  #receipts = 0;

  private constructor(readonly scene: Scene, clock: FakeClock, node: FakeNode) {
    this.clock = clock;
    this.node = node;
  }

  static async open(options: Partial<StreamClientOptions>): Promise<Stage> {
    const clock = new FakeClock();
    const node = FakeNode.start();
    node.receipts = [];
    node.results["net.peers"] = { peers: manyPeers };
    const scene = await Scene.start({ rpc_url: node.url }, clock);
    const stage = new Stage(scene, clock, node);
    stage.listen(options);
    return stage;
  }

  listen(options: Partial<StreamClientOptions>): void {
    const { url } = this.scene.server;
    const { frames } = this;
    class ObservedWebSocket extends WebSocket {
      constructor(url: string, protocols?: string[]) {
        super(url, protocols);
        this.addEventListener("message", ({ data }) => frames.add(`${this.protocol} ${typeof data}`));
      }
    }
    const common = { url, WebSocket: ObservedWebSocket, reconnectInterval: 5, random: () => 0 };
    const client = this.client = new StreamClient({ ...common, ...options });
    client.subscribe("peers", () => {});
    client.subscribe("network_metrics", ({ offset }) => this.offsets.push(offset));
    client.subscribe(
      "receipts",
      ({ data }) => this.receipts.push(...data.receipts.map(({ id }) => id).reverse()),
    );
  }

  /** Adds a receipt at the node, and lets the gateway's time pass until all streams have had a turn. */
  async turn(): Promise<void> {
    this.#receipts += 1;
    const newest = Array.from({ length: this.#receipts }, (_, index) => fakeReceipt(this.#receipts - index));
    this.node.receipts = newest;
    for (let second = 0; second < 6; second++) {
      const before = this.node.calls();
      await this.clock.advance(1000);
      if (second % 2 === 1) await this.until(() => this.node.calls() > before, "a poll of the node");
    }
  }

  /** Waits until the client has all receipts. */
  async caughtUp(): Promise<void> {
    const last = `receipt_${this.#receipts}`;
    await this.until(() => this.receipts.at(-1) === last, `${last}, it is ${this.receipts}`);
  }

  async connected(transport: string): Promise<void> {
    await this.until(() => this.client?.snapshot.transport === transport, transport);
  }

  /** Waits until something holds, while little of the gateway's time passes, in which it gathers batches. */
  async until(condition: () => boolean, what: string): Promise<void> {
    for (let turn = 0; turn < 2000 && !condition(); turn++) await this.clock.advance(1);
    assert(condition(), `never happened: ${what}; ${JSON.stringify(this.client?.snapshot)}`);
  }

  /** Drops every connection of a stream client. */
  async drop(): Promise<void> {
    const { connections } = await this.scene.server.admin("GET", "/admin/connections");
    for (const { id } of connections as { id: string }[]) {
      await this.scene.server.admin("DELETE", `/admin/connections/${id}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client?.close();
    await this.scene.stop();
    await this.node[Symbol.asyncDispose]();
  }
}

function assertWhole(stage: Stage): void {
  const { offsets, receipts } = stage;
  assertEquals(offsets, offsets.map((_, index) => index + (offsets[0] ?? 1)));
  assertEquals(receipts, receipts.map((_, index) => `receipt_${index + 1}`));
}

for (const [name, { transport, options, frames }] of Object.entries(ways)) {
  Deno.test(`${name}: a gateway's streams come by ${transport}, and whole after connections were dropped`, async () => {
    await using stage = await Stage.open(options);
    await stage.connected(transport);
    for (let round = 0; round < 3; round++) {
      await stage.turn();
      await stage.caughtUp();
      await stage.drop();
      await stage.turn();
      await stage.connected(transport);
      await stage.caughtUp();
    }
    assert(stage.offsets.length >= 9, `${stage.offsets}`);
    assertWhole(stage);
    assertEquals([...stage.frames].sort(), frames);
    assertEquals(stage.client?.snapshot.simulated, false);
    if (transport !== "poll") assert((stage.client?.snapshot.reconnects ?? 0) > 0);
  });

  Deno.test(`${name}: a node that fails makes the streams stale, and a stream that is unknown is refused`, async () => {
    await using stage = await Stage.open(options);
    await stage.connected(transport);
    await stage.turn();
    await stage.caughtUp();
    const errors: string[] = [];
    stage.client?.subscribe("weather" as keyof StreamData, () => {}, (error) => errors.push(error));
    await stage.until(() => errors.length > 0, "a refusal");
    // Over HTTP the message says which there are; over WebSockets a field of its own does.
    assertEquals(errors.map((message) => message.split(";")[0]), ["Invalid stream name"]);
    await stage.connected(transport);
    stage.node.mode = "error";
    // Peers are asked for every 10 s, which are two turns at most.
    await stage.turn();
    await stage.turn();
    const stale = () => Object.keys(stage.client?.snapshot.stale ?? {}).sort();
    if (transport !== "poll") await stage.until(() => stale().length === 3, "all are stale");
    stage.node.mode = "normal";
    await stage.turn();
    await stage.turn();
    await stage.until(() => stale().length === 0, "all are live");
    await stage.caughtUp();
    assertWhole(stage);
  });
}
