import { Channel, type ChannelSettings, Priority, type Subscriber } from "../hub/mod.ts";
import type { Follower, LogEntry } from "../engine/mod.ts";
import type { Clock, Position, StreamStatus } from "../protocol/mod.ts";
import { type Activity, logger } from "../telemetry/mod.ts";
import type { StreamDefinition, StreamSource } from "./definition.ts";
import { encode } from "./encode.ts";
import { type ChainNode, NodeError } from "./node.ts";
import type { Past, Published } from "./past.ts";
import { Poller } from "./poller.ts";

const log = logger("streams");

/** Somebody who listens to a stream. */
export interface Listener extends Subscriber {
  /** Takes a frame that has no offset, in its turn. */
  notify(frame: string): void;
}

/** What a subscription begins with. */
export interface Subscribed {
  /** The channel's newest offset. */
  readonly offset: number;
  /** Whether exactly what follows the position comes; null when none was named. */
  readonly recovered: boolean | null;
}

/** How somebody wants to listen. */
interface Wish {
  readonly position: Position | undefined;
  readonly greet: (subscribed: Subscribed) => void;
}

/**
 * One stream: polled from the node while somebody listens, numbered, and kept for those who come back. What another server
 * of the store publishes is passed on, and is as good as a poll of one's own.
 */
export class Stream implements Follower {
  readonly name: string;
  readonly period: number;
  readonly channel: Channel;
  readonly #clock: Clock;
  readonly #activity: Activity;
  readonly #source: StreamSource;
  readonly #past: Past;
  readonly #poller: Poller;
  /** What each of them last asked for. */
  readonly #listeners = new Map<Listener, Wish>();
  /** Those who get the newest state once there is one that is fresh, and nothing before it. */
  readonly #waiting = new Set<Listener>();
  /** What somebody who comes now should see first: as it was published, not as the last poll may have changed it. */
  #state: unknown;
  /** When that was the newest state for sure, in milliseconds since the Unix epoch. */
  #stateAt = 0;
  /** Whether the past may go on after the channel. */
  #isBehind = true;
  #snapshot: { readonly offset: number; readonly at: number; readonly frame: string } | undefined;
  /** When a poll last succeeded, here or elsewhere, and when one elsewhere did. */
  #freshAt = -Infinity;
  #followedAt = -Infinity;
  /** Polls, and looks at what others have published, come one after the other. */
  #turn: Promise<void> = Promise.resolve();
  #isStopped = false;
  #failure: StreamStatus | undefined;

  constructor(
    definition: StreamDefinition,
    options: { node: ChainNode; clock: Clock; past: Past; settings: ChannelSettings },
  ) {
    const { node, clock, past, settings } = options;
    this.name = definition.name;
    this.period = definition.period;
    this.#clock = clock;
    this.#activity = settings.activity;
    this.#source = definition.open(node);
    this.#past = past;
    this.channel = new Channel({ epoch: past.epoch, priority: Priority.update, clock, settings });
    this.#poller = new Poller({ period: this.period, clock, poll: () => this.#inTurn(() => this.#poll()) });
  }

  /** Takes over what was published before this start, and from then on what other servers publish. */
  async load(): Promise<void> {
    this.#past.follow(this);
    const loading = this.#catchUp().then((news) => this.#deliver(news));
    this.#turn = loading.catch(() => {});
    await loading;
  }

  take(entries: readonly LogEntry[]): void {
    if ((entries.at(-1)?.offset ?? 0) > this.channel.offset) void this.look();
  }

  /** Takes over what other servers have published. Never rejects. */
  look(): Promise<void> {
    return this.#inTurn(() => this.#follow());
  }

  /** Resolves when what another server may have told of is known here too: whoever comes from there may be ahead. */
  async reach(position: Position | undefined): Promise<void> {
    if (this.#isAhead(position)) await this.look();
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /** Milliseconds since the last poll that succeeded, or since polling began; 0 while nothing is polled. */
  get age(): number {
    const { pollingSince } = this.#poller;
    return pollingSince === undefined ? 0 : this.#clock.elapsed() - Math.max(this.#freshAt, pollingSince);
  }

  /** The newest state while it is fresh. */
  get fresh(): unknown {
    return this.#isFresh() ? this.#state : undefined;
  }

  /** The message that tells of the node's failure, while it lasts. */
  get failure(): StreamStatus | undefined {
    return this.#failure;
  }

  /**
   * From now on the listener gets everything: what it missed, or else the newest state, then what is new.
   *
   * @param greet is called before any of that is sent
   */
  subscribe(
    listener: Listener,
    position: Position | undefined,
    greet: (subscribed: Subscribed) => void,
  ): void {
    if (this.#listeners.has(listener)) this.#forget(listener);
    else this.#poller.acquire();
    const wish = { position, greet };
    this.#listeners.set(listener, wish);
    if (!this.#isAhead(position)) this.#serve(listener, wish);
    else {
      void this.look().then(() => {
        // Unless it has gone meanwhile, or wants something else.
        if (this.#listeners.get(listener) === wish) this.#serve(listener, wish);
      });
    }
  }

  #isAhead(position: Position | undefined): boolean {
    return position?.epoch === this.channel.epoch && position.offset > this.channel.offset;
  }

  #serve(listener: Listener, { position, greet }: Wish): void {
    const missed = position === undefined ? undefined : this.channel.since(position);
    const recovered = missed === undefined ? null : missed !== "lost";
    greet({ offset: this.channel.offset, recovered });
    if (this.#failure !== undefined) listener.notify(encode(this.#failure));
    // A connection that takes no more has ended, and has unsubscribed, by now.
    if (!this.#listeners.has(listener)) return;
    if (missed === undefined || missed === "lost") return this.#begin(listener);
    this.channel.subscribe(listener);
    for (const { frame, offset } of missed) listener.offer(frame, Priority.update, offset);
  }

  unsubscribe(listener: Listener): void {
    if (!this.#listeners.delete(listener)) return;
    this.#forget(listener);
    this.#poller.release();
  }

  /** Resolves with the newest state as a frame once it is fresh, or with the last known one, if any, when the node fails. */
  async newest(): Promise<string | undefined> {
    this.#poller.acquire();
    try {
      if (!this.#isFresh()) await this.#poller.settled();
      return this.#current();
    } finally {
      this.#poller.release();
    }
  }

  /** Resolves when there is something after `offset`, after `milliseconds`, or when the signal aborts. */
  async next(offset: number, milliseconds: number, signal: AbortSignal): Promise<void> {
    this.#poller.acquire();
    try {
      await this.channel.next(offset, milliseconds, signal);
    } finally {
      this.#poller.release();
    }
  }

  /** Resolves when no poll is under way. */
  settled(): Promise<void> {
    return this.#poller.settled();
  }

  stop(): void {
    this.#isStopped = true;
    this.#poller.stop();
  }

  #forget(listener: Listener): void {
    this.#waiting.delete(listener);
    this.channel.unsubscribe(listener);
  }

  #begin(listener: Listener): void {
    if (this.#isFresh()) this.#admit(listener);
    else this.#waiting.add(listener);
  }

  #admit(listener: Listener): void {
    this.channel.subscribe(listener);
    const frame = this.#current();
    if (frame !== undefined) listener.offer(frame, Priority.update, this.channel.offset);
  }

  #isFresh(): boolean {
    return this.#clock.elapsed() - this.#freshAt < 2 * this.period;
  }

  /** The newest state as a message, made once for all who ask. */
  #current(): string | undefined {
    const { offset } = this.channel;
    const at = this.#stateAt;
    if (this.#snapshot?.offset !== offset || this.#snapshot.at !== at) {
      if (this.#state === undefined) return undefined;
      this.#snapshot = { offset, at, frame: this.#encode(this.#state, offset, at) };
    }
    return this.#snapshot.frame;
  }

  #encode(data: unknown, offset: number, at: number): string {
    return encode({ type: this.name, data, timestamp: seconds(at), offset });
  }

  #inTurn(act: () => Promise<void>): Promise<void> {
    return this.#turn = this.#turn.then(act);
  }

  async #follow(): Promise<void> {
    try {
      const news = await this.#catchUp();
      const at = news.at(-1)?.at;
      if (at === undefined) return;
      this.#followedAt = this.#clock.elapsed() - Math.max(0, this.#clock.now() - at);
      this.#freshAt = Math.max(this.#freshAt, this.#followedAt);
      if (this.#hasFollowed(2)) this.#recovered();
      this.#deliver(news);
    } catch (error) {
      // The store is closed then.
      if (this.#isStopped) return;
      log.warning("Cannot read what was published of stream {stream}: {error}", {
        stream: this.name,
        error,
      });
    }
  }

  /** Whether another server has published something within so many periods. */
  #hasFollowed(periods: number): boolean {
    return this.#clock.elapsed() - this.#followedAt < periods * this.period;
  }

  async #poll(): Promise<void> {
    // One poll is enough for all servers whose nodes agree.
    if (this.#hasFollowed(0.5)) return this.#admitAll();
    try {
      if (this.#isBehind) this.#deliver(await this.#catchUp());
      const news = await this.#keep(await this.#ask());
      this.#freshAt = this.#clock.elapsed();
      this.#recovered();
      this.#deliver(news);
      this.#stateAt = news.at(-1)?.at ?? this.#clock.now();
    } catch (error) {
      this.#failed(error);
    }
    this.#admitAll();
  }

  #admitAll(): void {
    for (const listener of this.#waiting) this.#admit(listener);
    this.#waiting.clear();
  }

  async #ask(): Promise<readonly unknown[]> {
    const startedAt = this.#clock.elapsed();
    const count = (result: "ok" | "error") =>
      this.#activity.poll(this.name, result, (this.#clock.elapsed() - startedAt) / 1000);
    try {
      const values = await this.#source.poll();
      count("ok");
      return values;
    } catch (error) {
      count("error");
      throw error;
    }
  }

  /** Answers what is published now: the values, or what another server of the store has published in their place. */
  async #keep(values: readonly unknown[]): Promise<readonly Published[]> {
    if (values.length === 0) return [];
    const { offset } = this.channel;
    const at = this.#clock.now();
    this.#isBehind = true;
    if (!await this.#past.keep(offset, values, at)) return await this.#catchUp();
    this.#isBehind = false;
    return values.map((value, index) => ({ offset: offset + 1 + index, at, value }));
  }

  /** Answers what was published after the channel's newest offset. */
  async #catchUp(): Promise<readonly Published[]> {
    const { offset, published } = await this.#past.after(this.channel.offset);
    const begin = (published[0]?.offset ?? offset + 1) - 1;
    if (begin > this.channel.offset) this.channel.resume(begin);
    this.#source.recover?.(published.map(({ value }) => value), offset);
    this.#isBehind = false;
    return published;
  }

  #deliver(news: readonly Published[]): void {
    const state = this.#state = this.#source.current();
    for (const { offset, at, value } of news) {
      const frame = this.#encode(value, offset, at);
      this.#stateAt = at;
      if (value === state) this.#snapshot = { offset, at, frame };
      this.channel.publish(offset, frame, at);
    }
  }

  #failed(error: unknown): void {
    if (!(error instanceof NodeError)) {
      log.error("Fault in stream {stream}: {error}", { stream: this.name, error });
    }
    if (this.#failure !== undefined || this.#hasFollowed(2)) return;
    const message = error instanceof NodeError ? error.message : "internal error";
    log.warning("Stream {stream} is stale: {message}", { stream: this.name, message });
    this.#failure = this.#tellAll("stale", message);
  }

  #recovered(): void {
    if (this.#failure === undefined) return;
    this.#failure = undefined;
    log.info("Stream {stream} is live again", { stream: this.name });
    this.#tellAll("live", "the node answers again");
  }

  #tellAll(status: StreamStatus["status"], message: string): StreamStatus {
    const told: StreamStatus = {
      type: "stream_status",
      stream: this.name,
      status,
      message,
      timestamp: seconds(this.#clock.now()),
    };
    const frame = encode(told);
    for (const listener of this.#listeners.keys()) listener.notify(frame);
    return told;
  }
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
