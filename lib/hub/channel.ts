import { type Follower, type Followers, type LogEntry, type Run, Sequence } from "../engine/mod.ts";
import type { Clock, Position } from "../protocol/mod.ts";
import { type Activity, logger } from "../telemetry/mod.ts";
import { History, type HistorySettings, type Publication } from "./history.ts";
import { nextTurn } from "./next_turn.ts";
import type { Priority } from "./outbox.ts";

const log = logger("store");

/** Who gets what is published. */
export interface Subscriber {
  /** Takes a frame; `offset` is that of its publication. */
  offer(frame: string, priority: Priority, offset: number): void;
}

/** How much of the past a channel keeps, and where its deliveries are counted. */
export interface ChannelSettings extends HistorySettings {
  readonly activity: Activity;
}

/** What all channels of a kind have in common: every miner has a channel. */
interface ChannelOptions {
  readonly priority: Priority;
  readonly clock: Clock;
  readonly settings: ChannelSettings;
}

/** What a subscription begins with. */
interface Recovery {
  /** Whether `missed` is exactly what follows the position; undefined when none was named. */
  readonly recovered: boolean | undefined;
  /** What to send first, in order; without a recovery nothing. */
  readonly missed: readonly Publication[];
}

/**
 * How many get a publication in one turn of the event loop. Up to 61 frames that were sent in a turn are written before the
 * next one. In parts of no more each is written while it is in the processor's cache, with memory that the part before has
 * given back, and whatever else there is to do has its turn in between.
 */
const part = 60;

/** Numbered publications, those who get them, and a bounded past from which a client that was away recovers. */
export class Channel {
  readonly epoch: string;
  readonly #options: ChannelOptions;
  readonly #subscribers = new Set<Subscriber>();
  /** Made with the first publication: every miner has a channel, and most of them are silent. */
  #history: History | undefined;
  /** Made when somebody waits. */
  #waiting: Set<() => void> | undefined;
  /** Who has unsubscribed since a publication began that is still on its way. */
  #leaving: Set<Subscriber> | undefined;
  #offset = 0;

  constructor(epoch: string, options: ChannelOptions) {
    this.epoch = epoch;
    this.#options = options;
  }

  /** The offset of the newest publication, 0 before the first. */
  get offset(): number {
    return this.#offset;
  }

  get subscribers(): number {
    return this.#subscribers.size;
  }

  /** Bytes of what is kept. */
  get bytes(): number {
    return this.#history?.bytes ?? 0;
  }

  /** Goes on after an offset: what there was up to there is kept elsewhere. */
  resume(offset: number): void {
    this.#history?.clear();
    this.#offset = offset;
    this.#wake();
  }

  /**
   * Publishes a frame that says `offset`, which must be past the newest one, and answers how many get it.
   *
   * @param at when it was published, where that was before now
   */
  publish(offset: number, frame: string, at?: number): number {
    this.#keep(offset, frame, at);
    const { priority, settings: { activity } } = this.#options;
    const recipients = this.#subscribers.size;
    activity.deliveries += recipients;
    for (const subscriber of this.#subscribers) subscriber.offer(frame, priority, offset);
    return recipients;
  }

  /**
   * The same in parts; resolves when all have it, before which nothing else may be published. Whoever subscribes meanwhile
   * finds it in the past.
   */
  protected async publishInParts(offset: number, frame: string, at?: number): Promise<number> {
    if (this.#subscribers.size <= part) return this.publish(offset, frame, at);
    this.#keep(offset, frame, at);
    const { priority, settings: { activity } } = this.#options;
    const subscribers = [...this.#subscribers];
    const leaving = this.#leaving = new Set();
    let recipients = 0;
    for (let begin = 0; begin < subscribers.length; begin += part) {
      if (begin > 0) await nextTurn();
      for (const subscriber of subscribers.slice(begin, begin + part)) {
        if (leaving.size > 0 && leaving.has(subscriber)) continue;
        subscriber.offer(frame, priority, offset);
        recipients += 1;
      }
    }
    this.#leaving = undefined;
    activity.deliveries += recipients;
    return recipients;
  }

  #keep(offset: number, frame: string, at = this.#options.clock.now()): void {
    if (offset <= this.#offset) {
      throw new RangeError(`Cannot publish offset ${offset}: the newest is ${this.#offset}`);
    }
    this.#offset = offset;
    const { settings, clock } = this.#options;
    this.#history ??= new History(settings, clock);
    this.#history.add({ offset, frame, at });
    this.#wake();
  }

  /** What follows a position, in order, or "lost" when it is not known any more. */
  since({ epoch, offset }: Position): readonly Publication[] | "lost" {
    const kept = this.history();
    const oldest = kept[0]?.offset ?? this.#offset + 1;
    if (epoch !== this.epoch || offset > this.#offset || offset + 1 < oldest) return "lost";
    return kept.filter((publication) => publication.offset > offset);
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
    this.#leaving?.add(subscriber);
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
      const timer = this.#options.clock.after(milliseconds, done);
      this.#waiting ??= new Set();
      this.#waiting.add(done);
      signal.addEventListener("abort", done);
    });
  }

  /** All that is kept, oldest first. */
  history(): readonly Publication[] {
    return this.#history?.kept ?? [];
  }

  #wake(): void {
    for (const wake of this.#waiting ?? []) wake();
  }
}

/** What became of a publication: its frame, and how many connections it went to. */
interface Published {
  readonly frame: string;
  readonly recipients: number;
}

/** What all {@link LogChannel}s of a kind work with. */
export interface LogChannelOptions extends ChannelOptions {
  readonly followers: Followers;
  /** Entries of a channel as frames, which takes a while where they are signed; "lost" where one cannot be made any more. */
  frames(entries: readonly LogEntry[], channel: string): Promise<readonly string[] | "lost">;
  /** Takes in what another server has appended, in the same turn as its publication. */
  before?(entry: LogEntry): void;
}

/**
 * A channel of the log: what is appended to it here, and what other servers append. Frames are made side by side, and
 * published one after the other in the order of their offsets.
 */
export class LogChannel extends Channel implements Follower {
  readonly #name: string;
  readonly #options: LogChannelOptions;
  readonly #sequence: Sequence;

  /** @param name the channel's in the log */
  constructor(name: string, options: LogChannelOptions) {
    const { log } = options.followers;
    super(log.epoch, options);
    this.#name = name;
    this.#options = options;
    this.#sequence = new Sequence(log, name);
  }

  /** Follows the channel, from what it holds now on, until it is closed. */
  async begin(): Promise<void> {
    this.#options.followers.add(this.#name, this);
    await this.#sequence.inTurn(async () => {
      await this.#sequence.begin();
      this.resume(this.#sequence.offset);
    });
  }

  /** Follows no more; what comes from here goes on. */
  close(): void {
    this.#options.followers.remove(this.#name);
  }

  /**
   * Publishes what was appended here at an offset. A frame that cannot be made leaves a gap, which clients notice.
   *
   * @param before what has to happen in the same turn as the publication
   */
  async publishInTurn(offset: number, frame: Promise<string>, before = () => {}): Promise<Published> {
    // Where it fails before its turn comes, nobody listens to it yet.
    frame.catch(() => {});
    return await this.#sequence.inTurn(() => this.#publishOwn(offset, frame, before));
  }

  take(entries: readonly LogEntry[]): void {
    void this.#publishAll(this.#sequence.upTo(entries));
  }

  async look(): Promise<void> {
    await this.#publishAll(this.#sequence.missing());
  }

  /** Resolves when what another server may have told of is known here too: whoever comes from there may be ahead. */
  async reach(position: Position | undefined): Promise<void> {
    if (position?.epoch === this.epoch && position.offset > this.offset) await this.look();
  }

  /** What follows an offset up to another one, made again; "lost" when it is kept no more. */
  async past(offset: number, upTo: number): Promise<readonly string[] | "lost"> {
    if (offset === upTo) return [];
    const { followers, frames } = this.#options;
    const entries = await followers.log.since(this.#name, offset, upTo - offset);
    return entries === "lost" ? "lost" : await frames(entries, this.#name);
  }

  /** Resolves when all that was asked for so far is published. */
  async settled(): Promise<void> {
    await this.#sequence.settled();
  }

  async #publishOwn(offset: number, making: Promise<string>, before: () => void): Promise<Published> {
    if (this.#sequence.offset < offset - 1) await this.#publishRuns(this.#sequence.missing(offset - 1));
    if (!this.#sequence.pass(offset)) return { frame: await making, recipients: 0 };
    return await this.#publishMade(offset, making, before);
  }

  async #publishAll(runs: AsyncIterable<Run<LogEntry>>): Promise<void> {
    await this.#sequence.inTurn(() => this.#publishRuns(runs));
  }

  async #publishRuns(runs: AsyncIterable<Run<LogEntry>>): Promise<void> {
    for await (const run of runs) {
      if (run === "lost") this.resume(this.#sequence.offset);
      else await this.#publishRun(run);
    }
  }

  async #publishRun(run: readonly LogEntry[]): Promise<void> {
    const making = run.map((entry) => this.#isHeard ? this.#make(entry) : undefined);
    for (const [index, entry] of run.entries()) {
      try {
        await this.#publishEntry(entry, making[index]);
      } catch (error) {
        log.error("Cannot tell what was appended to {name}: {error}", { name: this.#name, error });
      }
    }
  }

  async #publishEntry(entry: LogEntry, making: Promise<string> | undefined): Promise<void> {
    const before = () => this.#options.before?.(entry);
    if (making !== undefined || this.#isHeard) {
      await this.#publishMade(entry.offset, making ?? this.#make(entry), before, entry.at);
    } else {
      // Nobody signs for nobody: the entry stays in the log.
      before();
      this.resume(entry.offset);
    }
  }

  async #publishMade(
    offset: number,
    making: Promise<string>,
    before: () => void,
    at?: number,
  ): Promise<Published> {
    let frame;
    try {
      frame = await making;
    } finally {
      before();
    }
    return { frame, recipients: await this.publishInParts(offset, frame, at) };
  }

  #make(entry: LogEntry): Promise<string> {
    const making = this.#frameOf(entry);
    // When it fails before its turn comes, nobody listens to it yet.
    making.catch(() => {});
    return making;
  }

  async #frameOf(entry: LogEntry): Promise<string> {
    const made = await this.#options.frames([entry], this.#name);
    if (made !== "lost" && made[0] !== undefined) return made[0];
    throw new Error(`what entry ${entry.offset} of ${this.#name} tells of is kept no more`);
  }

  get #isHeard(): boolean {
    return this.subscribers > 0;
  }
}
