import { StreamClient, type StreamClientOptions } from "../../../lib/client/mod.ts";
import type { StreamData, StreamMessage } from "../../../lib/protocol/mod.ts";
import { FakeClock } from "../../helpers/fake_clock.ts";
import { until } from "../../helpers/until.ts";
import { FakeStreamServer } from "./fake_stream_server.ts";

/** A page's document, as far as a client looks at it. */
class FakePage {
  visibilityState = "visible";
  readonly defaultView = new EventTarget();
  readonly #target = new EventTarget();

  addEventListener(type: string, listener: () => void): void {
    this.#target.addEventListener(type, listener);
  }

  removeEventListener(type: string, listener: () => void): void {
    this.#target.removeEventListener(type, listener);
  }

  show(visible: boolean): void {
    this.visibilityState = visible ? "visible" : "hidden";
    this.#target.dispatchEvent(new Event("visibilitychange"));
  }
}

/** A stream client and a scripted server in one process, in a time that the test moves. */
export class StreamScene implements Disposable {
  readonly clock = new FakeClock();
  readonly server = new FakeStreamServer(this.clock);
  readonly page = new FakePage();
  readonly client: StreamClient;
  /** Every message that a listener got. */
  readonly seen: StreamMessage[] = [];
  readonly errors: string[] = [];

  constructor(options: Partial<StreamClientOptions> = {}) {
    this.client = new StreamClient({
      url: "ws://gateway.test:8080",
      clock: this.clock,
      random: () => 0.5,
      WebSocket: this.server.WebSocket,
      fetch: this.server.fetch,
      document: this.page,
      ...options,
    });
  }

  get snapshot(): StreamClient["snapshot"] {
    return this.client.snapshot;
  }

  listen(stream: keyof StreamData): () => void {
    return this.client.subscribe(
      stream,
      (message) => this.seen.push(message),
      (error) => this.errors.push(error),
    );
  }

  /** The numbers of the messages of a stream, in the order in which they were got. */
  offsets(stream: keyof StreamData): number[] {
    return this.seen.filter(({ type }) => type === stream).map(({ offset }) => offset);
  }

  /** Publishes, and waits until it is got. */
  async publish(stream: keyof StreamData): Promise<void> {
    const offset = this.server.publish(stream);
    await until(() => this.offsets(stream).at(-1) === offset, `message ${offset} of ${stream}`);
  }

  /** Waits until messages come by a transport. */
  async connected(transport: string = "websocket"): Promise<void> {
    await until(
      () => this.snapshot.state === "connected" && this.snapshot.transport === transport,
      `connected by ${transport}, it is ${JSON.stringify(this.snapshot)}`,
    );
  }

  /** Listens to a stream and waits until it is subscribed to over a WebSocket. */
  async connect(stream: keyof StreamData = "peers"): Promise<void> {
    this.listen(stream);
    await this.connected();
    await this.subscribed(stream);
  }

  async subscribed(...streams: (keyof StreamData)[]): Promise<void> {
    await until(() => streams.every((stream) => this.server.latest.streams.has(stream)), streams.join());
  }

  async state(state: string): Promise<void> {
    await until(() => this.snapshot.state === state, `state ${state}, it is ${this.snapshot.state}`);
  }

  /** Moves on to the next attempt to connect. */
  async nextAttempt(): Promise<void> {
    await until(() => this.snapshot.retryAt !== undefined, "a wait for the next attempt");
    await this.clock.advance((this.snapshot.retryAt ?? 0) - this.clock.now());
  }

  [Symbol.dispose](): void {
    this.client.close();
  }
}
