import type { Clock, Position } from "../protocol/mod.ts";
import type { Activity } from "../telemetry/mod.ts";
import type { HistoryBudget, Trimmable } from "./history_budget.ts";
import type { Priority } from "./outbox.ts";

/** One numbered frame of a channel. */
interface Publication {
  readonly offset: number;
  readonly frame: string;
  /** When it was published, in milliseconds since the Unix epoch. */
  readonly at: number;
}

/** Who gets what is published. */
export interface Subscriber {
  /** Takes a frame; `offset` is that of its publication. */
  offer(frame: string, priority: Priority, offset: number): void;
}

/** How much of the past a channel keeps, and where its deliveries are counted. */
export interface ChannelSettings {
  /** Publications. */
  readonly size: number;
  /** Milliseconds. */
  readonly ttl: number;
  /** Bytes, over all channels that share it. */
  readonly budget: HistoryBudget;
  readonly activity: Activity;
}

/** What a subscription begins with. */
interface Recovery {
  /** Whether `missed` is exactly what follows the position; undefined when none was named. */
  readonly recovered: boolean | undefined;
  /** What to send first, in order; without a recovery nothing. */
  readonly missed: readonly Publication[];
}

/** Numbered publications, those who get them, and a bounded past from which a client that was away recovers. */
export class Channel implements Trimmable {
  readonly epoch: string;
  readonly #priority: Priority;
  readonly #clock: Clock;
  readonly #settings: ChannelSettings;
  readonly #subscribers = new Set<Subscriber>();
  /** Made when somebody waits: every miner has a channel, and few of them are waited for. */
  #waiting: Set<() => void> | undefined;
  #history: Publication[] = [];
  #bytes = 0;
  #offset = 0;

  constructor(options: { epoch: string; priority: Priority; clock: Clock; settings: ChannelSettings }) {
    this.epoch = options.epoch;
    this.#priority = options.priority;
    this.#clock = options.clock;
    this.#settings = options.settings;
  }

  /** The offset of the newest publication, 0 before the first. */
  get offset(): number {
    return this.#offset;
  }

  get subscribers(): number {
    return this.#subscribers.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Goes on after an offset: what there was up to there is kept elsewhere. */
  resume(offset: number): void {
    this.#forget(this.#history.length);
    this.#offset = offset;
    this.#wake();
  }

  /**
   * Publishes a frame that says `offset`, which must be past the newest one, and answers how many get it.
   *
   * @param at when it was published, where that was before now
   */
  publish(offset: number, frame: string, at = this.#clock.now()): number {
    if (offset <= this.#offset) {
      throw new RangeError(`Cannot publish offset ${offset}: the newest is ${this.#offset}`);
    }
    this.#offset = offset;
    const recipients = this.#subscribers.size;
    this.#settings.activity.deliveries += recipients;
    for (const subscriber of this.#subscribers) subscriber.offer(frame, this.#priority, offset);
    this.#keep({ offset, frame, at });
    this.#wake();
    return recipients;
  }

  /** What follows a position, in order, or "lost" when it is not known any more. */
  since({ epoch, offset }: Position): readonly Publication[] | "lost" {
    this.#expire();
    const oldest = this.#history[0]?.offset ?? this.#offset + 1;
    if (epoch !== this.epoch || offset > this.#offset || offset + 1 < oldest) return "lost";
    return this.#history.filter((publication) => publication.offset > offset);
  }

  /** From now on the subscriber gets everything; what it missed before is in the answer, with no gap between. */
  subscribe(subscriber: Subscriber, position?: Position): Recovery {
    this.#subscribers.add(subscriber);
    if (position === undefined) return { recovered: undefined, missed: [] };
    const missed = this.since(position);
    return missed === "lost" ? { recovered: false, missed: [] } : { recovered: true, missed };
  }

  unsubscribe(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber);
  }

  /** Resolves when there is something after `offset`, after `milliseconds`, or when the signal aborts. */
  next(offset: number, milliseconds: number, signal: AbortSignal): Promise<void> {
    if (this.#offset > offset || milliseconds <= 0 || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        timer.cancel();
        this.#waiting?.delete(done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = this.#clock.after(milliseconds, done);
      this.#waiting ??= new Set();
      this.#waiting.add(done);
      signal.addEventListener("abort", done);
    });
  }

  /** All that is kept, oldest first. */
  history(): readonly Publication[] {
    this.#expire();
    return this.#history;
  }

  trimHalf(): void {
    this.#forget(Math.ceil(this.#history.length / 2));
  }

  #wake(): void {
    for (const wake of this.#waiting ?? []) wake();
  }

  #keep(publication: Publication): void {
    this.#history.push(publication);
    this.#count(publication.frame.length);
    this.#expire();
  }

  #expire(): void {
    const oldestKept = this.#clock.now() - this.#settings.ttl;
    let expired = Math.max(0, this.#history.length - this.#settings.size);
    while ((this.#history[expired]?.at ?? Infinity) < oldestKept) expired += 1;
    this.#forget(expired);
  }

  #forget(publications: number): void {
    if (publications === 0) return;
    const gone = this.#history.slice(0, publications);
    this.#history = this.#history.slice(publications);
    this.#count(-gone.reduce((sum, { frame }) => sum + frame.length, 0));
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#settings.budget.count(this, bytes);
  }
}
