import { Channel, type ChannelSettings, Priority, type Subscriber } from "../hub/mod.ts";
import type { Follower, LogEntry } from "../engine/mod.ts";
import type { Clock, Position, StreamStatus } from "../protocol/mod.ts";
import { logger } from "../telemetry/mod.ts";
import { encode } from "./encode.ts";
import type { Past, Published } from "./past.ts";

const log = logger("streams");

/** Somebody who listens to a stream. */
export interface Listener extends Subscriber {
  /** Takes a frame that has no offset, in its turn. */
  notify(frame: string): void;
}

/** What a subscription begins with. */
interface Subscribed {
  /** The channel's newest offset. */
  readonly offset: number;
  /** Whether exactly what follows the position comes; null when none was named. */
  readonly recovered: boolean | null;
}

/** How somebody wants to listen. */
interface Wish {
  readonly position: Position | undefined;
  /** Called before anything is sent. */
  readonly greet: (subscribed: Subscribed) => void;
  /** Called when the stream is there no more. */
  readonly ended: () => void;
}

/** What a {@link Stream} works with. */
export interface StreamOptions {
  readonly clock: Clock;
  readonly past: Past;
  readonly settings: ChannelSettings;
}

/**
 * One stream: what is published is numbered, kept for those who come back, and so is what another server of the store
 * publishes. Where values come from is for those who extend it.
 */
export abstract class Stream implements Follower {
  readonly name: string;
  readonly channel: Channel;
  /** Milliseconds from one value to the next; null where they have no rhythm. */
  abstract readonly period: number | null;
  /** Milliseconds since its source was last heard, while it is asked; 0 while it is not. */
  abstract readonly age: number;
  /** The message that tells of its source's failure, while it lasts. */
  abstract readonly failure: StreamStatus | undefined;
  protected readonly clock: Clock;
  protected readonly past: Past;
  /** What each of them last asked for. */
  readonly #listeners = new Map<Listener, Wish>();
  /** Those who are not greeted yet, since nobody knows what was published. */
  readonly #ungreeted = new Set<Listener>();
  /** Those who get the newest state once there is one that is fresh, and nothing before it. */
  readonly #waiting = new Set<Listener>();
  /** What somebody who comes now should see first: as it was published, not as its source may have changed it. */
  #state: unknown;
  /** When that was the newest state for sure, in milliseconds since the Unix epoch. */
  #stateAt = 0;
  #snapshot: { readonly offset: number; readonly at: number; readonly frame: string } | undefined;
  /** What is published here, and looks at what others have published, come one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #isStopped = false;

  constructor(name: string, { clock, past, settings }: StreamOptions) {
    this.name = name;
    this.clock = clock;
    this.past = past;
    this.channel = new Channel(past.epoch, { priority: Priority.update, clock, settings });
  }

  /** Somebody more wants its values. */
  protected abstract acquire(): void;
  /** Somebody less does. */
  protected abstract release(): void;
  /** Whether what is known is the newest state. */
  protected abstract isFresh(): boolean;
  /** Resolves when nothing is asked of its source any more. */
  abstract settled(): Promise<void>;
  /** What somebody who comes now should see first, once these are published. */
  protected abstract stateAfter(news: readonly Published[]): unknown;
  /** Takes note of what was published by an earlier run, or by another server, and of how many there were in all. */
  protected abstract tookOver(published: readonly Published[], offset: number): void;

  /** Takes over what was published before this start, and from then on what other servers publish. */
  async load(): Promise<void> {
    this.past.follow(this);
    await this.inTurn(async () => this.deliver(await this.catchUp()));
  }

  take(entries: readonly LogEntry[]): void {
    if ((entries.at(-1)?.offset ?? 0) > this.channel.offset) void this.look();
  }

  /** Takes over what other servers have published. Never rejects. */
  look(): Promise<void> {
    return this.inTurn(() => this.follow());
  }

  /** Resolves when what another server may have told of is known here too: whoever comes from there may be ahead. */
  async reach(position: Position | undefined): Promise<void> {
    if (!this.isReady || this.#isAhead(position)) await this.look();
  }

  /** Whether it is known what was published. */
  get isReady(): boolean {
    return true;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /** The newest state while it is fresh. */
  get fresh(): unknown {
    return this.isFresh() ? this.#state : undefined;
  }

  /** The newest state that is known, fresh or not, as a message; and of when it is, in milliseconds since the Unix epoch. */
  get known(): { readonly at: number; readonly frame: string } | undefined {
    const frame = this.#current();
    return frame === undefined ? undefined : { at: this.#stateAt, frame };
  }

  /** From now on the listener gets everything: what it missed, or else the newest state, then what is new. */
  subscribe(
    listener: Listener,
    { position, greet = () => {}, ended = () => {} }: Partial<Wish> = {},
  ): void {
    if (this.#listeners.has(listener)) this.#forget(listener);
    else this.acquire();
    const wish = { position, greet, ended };
    this.#listeners.set(listener, wish);
    if (!this.isReady) this.#ungreeted.add(listener);
    else if (!this.#isAhead(position)) this.#serve(listener, wish);
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
    if (this.failure !== undefined) listener.notify(encode(this.failure));
    // A connection that takes no more has ended, and has unsubscribed, by now.
    if (!this.#listeners.has(listener)) return;
    if (missed === undefined || missed === "lost") return this.#begin(listener);
    this.channel.subscribe(listener);
    for (const { frame, offset } of missed) listener.offer(frame, Priority.update, offset);
  }

  unsubscribe(listener: Listener): void {
    if (!this.#listeners.delete(listener)) return;
    this.#forget(listener);
    this.release();
  }

  /** Resolves with the newest state as a frame once it is fresh, or with the last known one, if any, when its source fails. */
  async newest(): Promise<string | undefined> {
    this.acquire();
    try {
      if (!this.isFresh()) await this.settled();
      return this.#current();
    } finally {
      this.release();
    }
  }

  /** Resolves when there is something after `offset`, after `milliseconds`, or when the signal aborts. */
  async next(offset: number, milliseconds: number, signal: AbortSignal): Promise<void> {
    this.acquire();
    try {
      await this.channel.next(offset, milliseconds, signal);
    } finally {
      this.release();
    }
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** Once it is stopped: leaves to other servers what was done here for all. Never rejects. */
  leave(): Promise<void> {
    return Promise.resolve();
  }

  /** Has nobody listen any more, and tells those who do. */
  dismiss(): void {
    for (const [listener, { ended }] of [...this.#listeners]) {
      this.unsubscribe(listener);
      ended();
    }
  }

  #forget(listener: Listener): void {
    this.#ungreeted.delete(listener);
    this.#waiting.delete(listener);
    this.channel.unsubscribe(listener);
  }

  #begin(listener: Listener): void {
    if (this.isFresh()) this.#admit(listener);
    else this.#waiting.add(listener);
  }

  #admit(listener: Listener): void {
    this.channel.subscribe(listener);
    const frame = this.#current();
    if (frame !== undefined) listener.offer(frame, Priority.update, this.channel.offset);
  }

  /** Whoever waits for what is fresh gets what there is. */
  protected admitAll(): void {
    for (const listener of this.#waiting) this.#admit(listener);
    this.#waiting.clear();
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

  /** Does something when all before it is done. */
  protected inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(act);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** Takes over what others have published. Never rejects. */
  protected async follow(): Promise<void> {
    try {
      const news = await this.catchUp();
      const at = news.at(-1)?.at;
      if (at !== undefined) {
        this.followed(at);
        this.deliver(news);
      }
      this.#greetAll();
    } catch (error) {
      // The store is closed then.
      if (this.#isStopped) return;
      log.warning("Cannot read what was published of stream {stream}: {error}", {
        stream: this.name,
        error,
      });
      this.missed();
    }
  }

  #greetAll(): void {
    for (const listener of this.#ungreeted) {
      const wish = this.#listeners.get(listener);
      if (wish !== undefined) this.#serve(listener, wish);
    }
    this.#ungreeted.clear();
  }

  /** Another server has published something, at a time in milliseconds since the Unix epoch. */
  protected followed(_at: number): void {}

  /** What others have published could not be read. */
  protected missed(): void {}

  /** Answers what was published after the channel's newest offset. */
  protected async catchUp(): Promise<readonly Published[]> {
    const { offset, published } = await this.past.after(this.channel.offset);
    const begin = (published[0]?.offset ?? offset + 1) - 1;
    if (begin > this.channel.offset) this.channel.resume(begin);
    this.tookOver(published, offset);
    return published;
  }

  /** Hands on what was published, and has the state be what follows from it. */
  protected deliver(news: readonly Published[]): void {
    const state = this.#state = this.stateAfter(news);
    for (const { offset, at, value } of news) {
      const frame = this.#encode(value, offset, at);
      this.#stateAt = at;
      if (value === state) this.#snapshot = { offset, at, frame };
      this.channel.publish(offset, frame, at);
    }
  }

  /** The newest state was that at a time, in milliseconds since the Unix epoch. */
  protected confirmState(at: number): void {
    this.#stateAt = at;
  }

  /** Tells everybody who listens how its source does. */
  protected tellAll(status: StreamStatus["status"], message: string): StreamStatus {
    const told: StreamStatus = {
      type: "stream_status",
      stream: this.name,
      status,
      message,
      timestamp: seconds(this.clock.now()),
    };
    const frame = encode(told);
    for (const listener of this.#listeners.keys()) listener.notify(frame);
    return told;
  }
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
