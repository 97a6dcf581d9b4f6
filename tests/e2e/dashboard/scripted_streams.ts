import type { StreamSnapshot } from "../../../lib/client/stream_client.ts";
import type { Streams } from "../../../lib/dashboard/model/streams.ts";
import type { StreamData, StreamMessage } from "../../../lib/protocol/streams.ts";

type Listener = (message: StreamMessage) => void;

/** Streams that say what a test tells them to. */
export class ScriptedStreams implements Streams {
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #watchers = new Set<() => void>();
  #offset = 0;
  snapshot: StreamSnapshot = {
    state: "connecting",
    transport: undefined,
    error: undefined,
    code: undefined,
    retryAt: undefined,
    simulated: undefined,
    available: undefined,
    stale: {},
    reconnects: 0,
  };

  onChange(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  subscribe(stream: string, listener: (message: never) => void): () => void {
    const listeners = this.#listeners.get(stream) ?? new Set();
    this.#listeners.set(stream, listeners);
    listeners.add(listener as Listener);
    return () => void listeners.delete(listener as Listener);
  }

  /** How often an attempt was asked for. */
  retries = 0;

  retry(): void {
    this.retries += 1;
  }

  /** How many listen. */
  get listeners(): number {
    return this.#listeners.values().reduce((sum, { size }) => sum + size, this.#watchers.size);
  }

  change(changes: Partial<StreamSnapshot>): void {
    this.snapshot = { ...this.snapshot, ...changes };
    for (const watcher of this.#watchers) watcher();
  }

  send<Name extends keyof StreamData>(type: Name, data: StreamData[Name], timestamp: number): void {
    this.sendOwn(type, data, timestamp);
  }

  /** The same of a stream that the protocol does not name. */
  sendOwn(type: string, data: object, timestamp: number): void {
    const message = { type, data, timestamp, offset: this.#offset += 1 } as unknown as StreamMessage;
    for (const listener of this.#listeners.get(type) ?? []) listener(message);
  }
}
