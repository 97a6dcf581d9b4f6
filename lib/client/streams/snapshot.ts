import { EventHub } from "../event_hub.ts";

/** How a client stands with its server. `paused`: the page is hidden. `closed`: nobody listens, or it gave up. */
export type StreamState = "connecting" | "connected" | "reconnecting" | "paused" | "closed";

/** What carries messages. */
export type StreamTransport = "websocket" | "sse" | "poll";

/** All that there is to know about a client just now; frozen, and another object whenever something of it changes. */
export interface StreamSnapshot {
  /** How the connection stands. */
  readonly state: StreamState;
  /** What carries data now. */
  readonly transport: StreamTransport | undefined;
  /** Why there is no connection, or what the server refused last. */
  readonly error: string | undefined;
  /** The server's word for why there is no connection, such as `server_closing`; undefined where it gave none. */
  readonly code: string | undefined;
  /** When the next attempt is due, Unix milliseconds. */
  readonly retryAt: number | undefined;
  /** Whether the data is made up; undefined before the server told. */
  readonly simulated: boolean | undefined;
  /** The streams that the server names; undefined before it told. */
  readonly available: readonly string[] | undefined;
  /** Streams whose source has gone: the server's message by stream. */
  readonly stale: Readonly<Record<string, string>>;
  /** Connections after the first. */
  readonly reconnects: number;
}

/** What a client knows before it has done anything; also what a page rendered on a server shows. */
export const initialSnapshot: StreamSnapshot = Object.freeze({
  state: "connecting",
  transport: undefined,
  error: undefined,
  code: undefined,
  retryAt: undefined,
  simulated: undefined,
  available: undefined,
  stale: Object.freeze({}),
  reconnects: 0,
});

/** Keeps the newest snapshot and tells of each. */
export class SnapshotStore {
  readonly #hub = new EventHub<StreamSnapshot>();
  #current = initialSnapshot;

  get current(): StreamSnapshot {
    return this.#current;
  }

  /** Calls `listener` with every snapshot from now on; the answer stops that. */
  onChange(listener: (snapshot: StreamSnapshot) => void): () => void {
    // A function that is given twice is called twice, and each answer stops one of the calls.
    return this.#hub.subscribe((snapshot) => listener(snapshot));
  }

  update(change: Partial<StreamSnapshot>): void {
    const next = Object.freeze({ ...this.#current, ...change });
    const names = Object.keys(change) as (keyof StreamSnapshot)[];
    if (names.every((name) => next[name] === this.#current[name])) return;
    this.#current = next;
    // What a listener throws is its own affair, and there is nobody here to tell.
    this.#hub.emit(next, () => {});
  }

  /** Notes why a stream's source has gone; undefined: it is there. */
  setStale(stream: string, message: string | undefined): void {
    const { [stream]: known, ...others } = this.#current.stale;
    if (known === message) return;
    this.update({ stale: Object.freeze(message === undefined ? others : { ...others, [stream]: message }) });
  }
}
