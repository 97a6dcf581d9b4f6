import type { Timer } from "../protocol/clock.ts";
import type { OwnStreamMessage, StreamData, StreamMessage } from "../protocol/streams.ts";
import { type StreamClientOptions, type StreamSettings, streamSettings } from "./streams/options.ts";
import { PageWatch } from "./streams/page_watch.ts";
import { StreamPositions } from "./streams/positions.ts";
import { SnapshotStore, type StreamSnapshot } from "./streams/snapshot.ts";
import { StreamConnection } from "./streams/stream_connection.ts";
import { StreamInbox } from "./streams/stream_inbox.ts";
import { StreamTokens } from "./streams/stream_tokens.ts";
import { type SubscribeOptions, Topics } from "./streams/topics.ts";

export type { StreamSnapshot } from "./streams/snapshot.ts";

/** How long the connection outlasts the last listener: pages take listeners away and put them back. */
const lingerMs = 1000;

/**
 * A gateway's live streams, over one connection: a WebSocket, server-sent events or long polls, whichever gets through. A
 * listener gets each message once, in order, also when the connection was lost meanwhile; what the server does not have
 * any more is skipped.
 *
 * @example
 * ```ts
 * const client = new StreamClient({ url: "wss://gateway.example" });
 * client.onChange(() => show(client.snapshot));
 * const unsubscribe = client.subscribe("peers", ({ data }) => console.log(data.peers));
 * unsubscribe();
 *
 * function show({ state, error }: StreamSnapshot): void {
 *   console.log(state, error);
 * }
 * ```
 */
export class StreamClient {
  /** Where it connects. */
  readonly url: string;
  readonly #settings: StreamSettings;
  readonly #topics: Topics;
  readonly #inbox: StreamInbox;
  readonly #snapshots = new SnapshotStore();
  readonly #connection: StreamConnection;
  readonly #watch: PageWatch | undefined;
  readonly #holds = new Set<symbol>();
  #stage: "idle" | "running" | "paused" = "idle";
  #linger: Timer | undefined;
  #changing = false;

  /** Connects with the first subscription. Throws a SyntaxError for a URL that cannot be used. */
  constructor(options: StreamClientOptions) {
    const settings = this.#settings = streamSettings(options);
    const tokens = new StreamTokens(settings, {
      changed: () => this.#changed(),
      failed: (stream, error) => topics.fail(stream, error),
    });
    const topics = this.#topics = new Topics(tokens, () => this.#changed());
    const positions = new StreamPositions();
    const inbox = this.#inbox = new StreamInbox(topics, positions, this.#snapshots);
    this.url = options.url;
    this.#connection = new StreamConnection({ settings, topics, positions, inbox }, this.#snapshots);
    this.#watch = settings.page && new PageWatch(settings.page, settings.clock, {
      hidden: () => this.#pause(),
      visible: () => this.#resume(),
      online: () => this.#connection.hurry(),
    });
  }

  /** How the client stands; another object whenever something of it has changed. */
  get snapshot(): StreamSnapshot {
    return this.#snapshots.current;
  }

  /** Calls `listener` whenever there is a new {@link snapshot}; the answer stops that. */
  onChange(listener: () => void): () => void {
    return this.#snapshots.onChange(() => listener());
  }

  /**
   * Calls `listener` with the stream's newest message and with all that follow; the answer stops that.
   *
   * @param options how, or what is told of errors alone
   */
  subscribe<Name extends keyof StreamData>(
    stream: Name,
    listener: (message: StreamMessage<Name>) => void,
    options?: SubscribeOptions | ((error: string) => void),
  ): () => void;
  /** The same for a stream of the operator's own, whose values are `Data` as far as the caller knows. */
  subscribe<Data = Readonly<Record<string, unknown>>>(
    stream: string,
    listener: (message: OwnStreamMessage<Data>) => void,
    options?: SubscribeOptions | ((error: string) => void),
  ): () => void;
  subscribe(
    stream: string,
    listener: (message: never) => void,
    options: SubscribeOptions | ((error: string) => void) = {},
  ): () => void {
    const how = typeof options === "function" ? { onError: options } : options;
    // What a message holds has been held against what its stream promises.
    return this.#topics.add(stream, (message) => listener(message as never), how);
  }

  /** Keeps the connection open although nobody may be listening; the answer stops that. */
  hold(): () => void {
    const hold = Symbol();
    this.#holds.add(hold);
    this.#changed();
    return () => {
      if (this.#holds.delete(hold)) this.#changed();
    };
  }

  /** Makes the attempt to connect that is waited for now. */
  retry(): void {
    this.#connection.hurry();
  }

  /** Takes all listeners away and ends the connection at once. A later subscription connects again. */
  close(): void {
    this.#topics.clear();
    this.#holds.clear();
    this.#prune();
    this.#rest();
  }

  get #wanted(): boolean {
    return this.#holds.size > 0 || !this.#topics.empty;
  }

  /** Waits for the end of the task, in which listeners may come and go. */
  #changed(): void {
    if (this.#changing) return;
    this.#changing = true;
    queueMicrotask(() => {
      this.#changing = false;
      this.#apply();
    });
  }

  #apply(): void {
    this.#prune();
    this.#linger?.cancel();
    if (!this.#wanted) {
      if (this.#stage !== "idle") this.#linger = this.#settings.clock.after(lingerMs, () => this.#rest());
    } else if (this.#stage === "idle") return this.#run();
    this.#connection.update();
  }

  #prune(): void {
    for (const stream of this.#topics.prune()) this.#inbox.forget(stream);
  }

  #run(): void {
    this.#stage = "running";
    this.#connection.start();
    this.#watch?.start();
  }

  #rest(): void {
    this.#linger?.cancel();
    this.#watch?.stop();
    this.#stop("idle");
  }

  #pause(): void {
    // What has given up stays closed.
    const closed = this.snapshot.state === "closed";
    if (this.#settings.pauseWhenHidden && this.#stage === "running" && !closed) this.#stop("paused");
  }

  #resume(): void {
    if (this.#stage !== "paused") return this.#connection.hurry();
    this.#stage = "running";
    this.#connection.start();
  }

  #stop(stage: "idle" | "paused"): void {
    this.#stage = stage;
    this.#connection.stop();
    const state = stage === "idle" ? "closed" : "paused";
    this.#snapshots.update({
      state,
      transport: undefined,
      retryAt: undefined,
      error: undefined,
      code: undefined,
    });
  }
}
