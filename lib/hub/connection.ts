import { type Close, closes, errorKinds, Refusal } from "../protocol/mod.ts";
import type { Activity, families } from "../telemetry/mod.ts";
import { reasonWithId } from "./end_causes.ts";
import type { Frame, Link, Sink } from "./link.ts";
import { Outbox, type Outgoing, type Priority } from "./outbox.ts";
import type { Place } from "./places.ts";
import { TokenBucket } from "./token_bucket.ts";

/**
 * Kinds of connections, counted apart: `events` are server-sent event streams, `jobs` come over Socket.IO, and who is
 * `undecided` has not said yet whether it is a miner or a stream client.
 */
export type Family = typeof families[number];

/** What a connection does with what comes in, and when it ends. */
export interface Session {
  /** What it makes of the connection, where that was undecided. */
  readonly family?: Family;
  /** Whether the client need not say anything: that it is still there shows when what it listens to is sent. */
  readonly mayBeSilent?: boolean;
  /** Bytes of one message of a peer that is no stranger, where they are not what the hub's limits say. */
  readonly maxMessageSize?: number;
  /** As how many messages of its rate one counts, where that does not go by its size. */
  costOf?(text: string): number;
  /** What the client knows a message by that is refused unread, where it is not a `nonce`. */
  nameOf?(text: string): string | undefined;
  /** Takes in a text frame; may throw, best a {@link Refusal}. */
  receive(text: string): void;
  /** Says what was refused, where the client's protocol has no error frames for it. */
  tell?(refusal: Refusal): void;
  /** The connection is over. Must not throw. */
  ended(): void;
}

/** What all connections of a hub are bound to. */
export interface ConnectionLimits {
  /** Bytes that may wait unsent. */
  readonly maxQueue: number;
  /** Messages a second; bursts may be four times that. */
  readonly rateLimit: number;
}

/** What all connections of a hub share. */
export interface ConnectionHost {
  readonly limits: ConnectionLimits;
  /** Where it is counted what goes on. */
  readonly activity: Activity;
  /** Milliseconds of the clock that is never set, by which all moments of a connection go. */
  elapsed(): number;
  /** Milliseconds after which one client that is sent away should come back: for each another. */
  returnTime(): number;
  /** Something waits on a connection on which nothing waited. */
  backlogged(connection: Connection): void;
}

/** How this end began to close a connection. */
interface Closing {
  readonly at: number;
  readonly detail: string | undefined;
  readonly queued: number;
}

// Above this much in the transport's own buffer, frames wait in the outbox, where priorities count.
const takeBelow = 64 * 1024;
const maxInvalidPerMinute = 20;
/** A larger message counts as several. */
const bytesPerMessage = 16 * 1024;
const minute = 60_000;

/** One client's connection: what waits for it, what it may do, when it was last heard from. */
export class Connection {
  // What every delivery looks at comes first, so that it is all in one line of the processor's cache.
  /** What takes frames at once; undefined while some wait, and once it is closed. */
  #open: Sink | undefined;
  /** Bytes that went out. */
  sentBytes = 0;
  /** Up to so many the transport need not be asked whether it takes more: it cannot hold back too much of them. */
  #takesUpTo = takeBelow;
  /** Messages that went out. */
  sent = 0;

  /** How it ended; undefined while it is open. */
  closedBy: Close | undefined;
  readonly #link: Link;
  readonly #sink: Sink;
  /** What waits its turn. */
  #outbox: Outbox | undefined;
  /** Messages that came in. */
  received = 0;

  readonly id: string;
  /** Held until its transport is gone. */
  readonly place: Place;
  readonly openedAt: number;
  readonly #family: Family;
  /** When the last frame came in. */
  heardAt: number;
  /** When the last heartbeat was sent; not after it was opened where none was. */
  heartbeatAt: number;
  /** Who the peer proved to be; undefined before that. */
  peer: string | undefined;
  /** Who it claimed to be and is not. */
  claimed: string | undefined;
  /** When it proved who it is or, where it need not, first asked for something. */
  readyAt: number | undefined;
  /** When it last answered a heartbeat. */
  answeredAt: number | undefined;
  #session: Session | undefined;

  readonly #host: ConnectionHost;
  readonly #messages: TokenBucket;
  #excess: TokenBucket | undefined;
  /** When the latest invalid messages came in, at most {@link maxInvalidPerMinute}. */
  #invalid: number[] | undefined;
  #held = false;
  /** Bytes that may wait beyond the limit. */
  #allowance = 0;
  /** How this end began to close it. */
  closing: Closing | undefined;
  #toldToLeave = false;
  /** How much the peer had taken when somebody last looked, and since when that is so. */
  #taken = 0;
  #takenAt: number;

  constructor(options: {
    id: string;
    place: Place;
    family: Family;
    link: Link;
    host: ConnectionHost;
  }) {
    this.id = options.id;
    this.place = options.place;
    this.#family = options.family;
    this.openedAt = this.heardAt = this.heartbeatAt = options.host.elapsed();
    this.#takenAt = this.openedAt;
    this.#link = options.link;
    this.#sink = this.#open = options.link.sink ?? options.link;
    this.#host = options.host;
    const { rateLimit } = options.host.limits;
    this.#messages = new TokenBucket(rateLimit, 4 * rateLimit, this.openedAt);
  }

  get address(): string {
    return this.place.address;
  }

  /** What it is, as whoever serves it says; else what it was admitted as. */
  get family(): Family {
    return this.#session?.family ?? this.#family;
  }

  /** Who serves it; undefined before anybody does. */
  get session(): Session | undefined {
    return this.#session;
  }

  /** Hands it over to whom serves it from now on. What went out before counts for what it was until then. */
  begin(session: Session): void {
    const before = this.family;
    this.#session = session;
    if (this.family === before) return;
    const { sent } = this.#host.activity;
    sent[before].add(this.sent, this.sentBytes);
    sent[this.family].add(-this.sent, -this.sentBytes);
  }

  get isOpen(): boolean {
    return this.closedBy === undefined;
  }

  /** Bytes that wait unsent, in the outbox and in the transport. */
  get queued(): number {
    return (this.#outbox?.bytes ?? 0) + this.#link.bufferedAmount;
  }

  /** Whether something waits that the transport does not take yet, and that a close would drop. */
  get isBacklogged(): boolean {
    return this.#outbox !== undefined;
  }

  /** Sends a frame, or lets it wait its turn; a connection on which too much waits is closed as a slow consumer. */
  offer(frame: Frame, priority: Priority): void {
    if (this.#open !== undefined && this.#takesMore()) this.#send(this.#open, frame);
    else if (this.closedBy === undefined) this.#enqueue(frame, priority);
  }

  /** Whether the transport takes another frame; it is asked only when it might not. */
  #takesMore(): boolean {
    if (this.sentBytes < this.#takesUpTo) return true;
    this.#takesUpTo = this.sentBytes + takeBelow - this.#link.bufferedAmount;
    return this.sentBytes < this.#takesUpTo;
  }

  #send(sink: Sink, frame: Frame): void {
    this.sent += 1;
    this.sentBytes += frame.length;
    sink.send(frame);
  }

  #enqueue(frame: Frame, priority: Priority): void {
    if (!this.makeRoom(frame.length)) return;
    if (this.#outbox === undefined) this.#host.backlogged(this);
    this.#wait().push(frame, priority);
  }

  /** From now on what is offered waits. */
  #wait(): Outbox {
    this.#open = undefined;
    return this.#outbox ??= new Outbox();
  }

  /** From now on what is offered goes out at once. */
  #go(): void {
    this.#outbox = undefined;
    this.#open = this.isOpen ? this.#sink : undefined;
  }

  /** Whether so many more bytes may wait; a connection on which they may not is closed as a slow consumer. */
  makeRoom(bytes: number): boolean {
    const { queued } = this;
    const { maxQueue } = this.#host.limits;
    if (queued === 0 || queued + bytes <= maxQueue + this.#allowance) return true;
    this.#host.activity.slowConsumers[this.family] += 1;
    this.refuse(
      new Refusal("slow_consumer", { detail: `${queued} bytes wait unsent, at most ${maxQueue} may` }),
    );
    return false;
  }

  /** Lets everything offered from now on wait until {@link release}. */
  hold(): void {
    this.#held = true;
    this.#wait();
  }

  /** Sends `frames`, then what was offered since {@link hold}. */
  release(frames: readonly Outgoing[]): void {
    const waiting = this.#outbox;
    this.#held = false;
    this.#go();
    // That much comes at once when it was asked for is no sign of a slow client.
    this.#allowance = frames.reduce((sum, { frame }) => sum + frame.length, 0);
    for (const { frame, priority } of frames) this.offer(frame, priority);
    waiting?.drain(() => this.isOpen, (frame, priority) => this.offer(frame, priority));
  }

  /** Hands waiting frames to the transport as far as it takes them; true when none is left. */
  flush(): boolean {
    if (this.#held && this.isOpen) return false;
    this.#outbox?.drain(
      () => this.isOpen && this.#takesMore(),
      (frame) => this.#send(this.#sink, frame),
    );
    if (this.isOpen && this.#outbox?.isEmpty === false) return false;
    this.#go();
    this.#allowance = 0;
    return true;
  }

  /** Milliseconds for which the peer has taken nothing of what waits for it, as far as those who look now and then can tell. */
  stuckFor(now: number): number {
    if (this.#taken !== this.sentBytes || this.isBacklogged) {
      const { bufferedAmount } = this.#link;
      const taken = this.sentBytes - bufferedAmount;
      if (bufferedAmount > 0 && taken === this.#taken) return now - this.#takenAt;
      this.#taken = taken;
    }
    this.#takenAt = now;
    return 0;
  }

  /** Whether one more message may come in now. Throws a {@link Refusal} `rate_limited`. */
  countMessage(now: number, text: string, inReplyTo: () => string | undefined): void {
    const own = this.#session?.costOf?.(text);
    const cost = own ?? (Math.ceil(text.length / bytesPerMessage) || 1);
    if (this.#messages.take(now, cost)) return;
    const size = own === undefined ? `, of ${bytesPerMessage} bytes each` : "";
    throw new Refusal("rate_limited", {
      detail: `at most ${this.#host.limits.rateLimit} messages a second${size}`,
      inReplyTo: inReplyTo(),
      retryAfterMs: this.#messages.wait(now, cost),
    });
  }

  /** Tells the peer what was refused, and closes when its kind, or its repetition, asks for it. */
  refuse(refusal: Refusal, now: number = this.heardAt): void {
    if (this.closedBy !== undefined) return;
    const close = errorKinds[refusal.code].close ?? this.#tooOften(refusal, now);
    const { queued } = this;
    this.tell(refusal);
    if (close !== null) this.close(close, refusal.detail, queued);
  }

  /** Sends the error frame and leaves the connection as it is. That the server is closing is told once, with a time of its own. */
  tell(refusal: Refusal): void {
    if (this.closedBy !== undefined) return;
    let told = refusal;
    if (refusal.code === "server_closing") {
      if (this.#toldToLeave) return;
      this.#toldToLeave = true;
      const { code, inReplyTo } = refusal;
      told = new Refusal(code, { inReplyTo, retryAfterMs: this.#host.returnTime() });
    }
    if (this.session?.tell !== undefined) return this.session.tell(told);
    this.#host.activity.fail(this.family === "events" ? "http" : "websocket", refusal.code);
    const frame = JSON.stringify(told.frame());
    // An error about to be followed by a close, or by silence, must not wait behind what nobody reads.
    if (this.#link.bufferedAmount < this.#host.limits.maxQueue) this.#send(this.#sink, frame);
  }

  #tooOften({ code }: Refusal, now: number): Close | null {
    if (code === "invalid_message") {
      const latest = this.#invalid = [...this.#invalid ?? [], now].slice(-maxInvalidPerMinute);
      const tooMany = latest.length === maxInvalidPerMinute && now - (latest[0] ?? 0) < minute;
      return tooMany ? closes.tooManyInvalid : null;
    }
    if (code === "rate_limited") {
      const excess = 4 * this.#host.limits.rateLimit;
      this.#excess ??= new TokenBucket(excess / 60, excess, now);
      return this.#excess.take(now) ? null : closes.tooManyRequests;
    }
    return null;
  }

  /** It has proved to be `peer` or, where it need not, asked for something: it is no stranger any more. */
  getReady(peer?: string): void {
    this.peer ??= peer;
    this.readyAt ??= this.#host.elapsed();
    this.place.settle(this.peer === undefined ? "anonymous" : "proven");
  }

  /** Ends it at once, without a word, to get back the memory that it takes. */
  sever(detail: string): void {
    if (this.closedBy === undefined) {
      this.closing = { at: this.#host.elapsed(), detail, queued: this.queued };
      this.end(closes.evicted);
    }
    this.#link.sever();
  }

  /** Closes the connection, on which so much waits; what still waits in the outbox is dropped. */
  close(close: Close, detail?: string, queued: number = this.queued): void {
    if (this.closedBy !== undefined) return;
    this.closing = { at: this.#host.elapsed(), detail, queued };
    this.end(close);
    this.#link.close(close.code, reasonWithId(close.reason, this.id));
  }

  /** The connection is over, whoever closed it; false when it was before. */
  end(close: Close): boolean {
    if (this.closedBy !== undefined) return false;
    this.closedBy = close;
    this.#outbox = this.#open = undefined;
    this.session?.ended();
    return true;
  }
}
