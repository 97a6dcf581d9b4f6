import type { Config } from "../../lib/gateway/mod.ts";
import { EventReader } from "./event_source.ts";
import { FakeClock } from "./fake_clock.ts";
import { FakeNode } from "./fake_node.ts";
import { Peer } from "./peer.ts";
import { type Answer, Scene } from "./scene.ts";
import { until } from "./until.ts";

/** A gateway whose clock stands still, in front of a fake node. */
export class StreamScene implements AsyncDisposable {
  private constructor(readonly node: FakeNode, readonly clock: FakeClock, readonly scene: Scene) {}

  static async start(overrides: Partial<Config> = {}): Promise<StreamScene> {
    const node = FakeNode.start();
    const clock = new FakeClock();
    const config = { rpc_url: node.url, rpc_profile: "block-buster", ...overrides } as const;
    return new StreamScene(node, clock, await Scene.start(config, clock));
  }

  /** Such as `ws://127.0.0.1:40123/ws/stream`. */
  url(path = "ws/stream"): string {
    return this.scene.server.ws.replace(/ws$/, path);
  }

  /** A client that is connected, and welcomed where that does not need a first frame. */
  async open(path = "ws/stream"): Promise<Peer> {
    const peer = await Peer.open(this.url(path));
    if (path !== "ws") await peer.next();
    return peer;
  }

  /** Asks for something below `/api/v1/streams`. */
  async get(path: string, init?: RequestInit): Promise<Answer> {
    return await this.scene.call("GET", `/api/v1/streams${path}`, init);
  }

  /** Opens an event stream below `/api/v1/streams`. */
  async events(path: string, lastEventId?: string): Promise<EventReader> {
    return await EventReader.open(`${this.scene.server.url}/api/v1/streams${path}`, lastEventId);
  }

  /** Lets time pass, with every poll that falls due answered before the next. */
  async pass(milliseconds: number): Promise<void> {
    const { streams } = this.scene.server.gateway;
    for (const end = this.clock.now() + milliseconds; this.clock.now() < end;) {
      await this.clock.advance(Math.min(1000, end - this.clock.now()));
      await Promise.all(streams.list().map((stream) => stream.settled()));
    }
  }

  /** Resolves once so many listen to a stream. */
  async listened(name: string, listeners: number): Promise<void> {
    const stream = this.scene.server.gateway.streams.find(name);
    await until(() => stream?.listeners === listeners, `${listeners} listeners to ${name}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.scene.stop();
    await this.node[Symbol.asyncDispose]();
  }
}
