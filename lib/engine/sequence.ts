import { logger } from "../telemetry/mod.ts";
import type { Follower } from "./followers.ts";
import type { Log, LogEntry } from "./log.ts";

const log = logger("store");
/** Entries that are read at a time. */
const page = 100;

/** What a {@link Sequence} works with. */
export interface SequenceOptions<Item> {
  readonly log: Pick<Log, "head" | "since" | "kept" | "isClosed">;
  readonly channel: string;
  /** What an entry is that comes from the log. */
  read(entry: LogEntry): Item;
  /** Takes the next item. Must not throw. */
  take(item: Item): void;
  /** What there was up to an offset is not told: it begins there, or the log keeps it no more. Must not throw. */
  skip(offset: number, begins: boolean): void;
  /** Takes an item that was appended here, when what the log has in its place was handed on before. Must not throw. */
  late?(item: Item): void;
}

/**
 * A channel's items in their order, each once, whichever way they come: what is appended here at once, what other servers
 * append as it is told. What is missing between them is read from the log.
 */
export class Sequence<Item extends { readonly offset: number }> implements Follower {
  readonly #options: SequenceOptions<Item>;
  /** Up to where all was handed on; undefined before the beginning. */
  #offset: number | undefined;
  /** What came before its turn. */
  readonly #early = new Map<number, Item>();
  /** Whether the log may hold more than is known. */
  #isBehind = false;
  #reading: Promise<void> | undefined;

  constructor(options: SequenceOptions<Item>) {
    this.#options = options;
  }

  /** Up to where all was handed on; 0 before the beginning. */
  get offset(): number {
    return this.#offset ?? 0;
  }

  /** Begins after what the channel holds now. What came meanwhile has waited. */
  async begin(): Promise<void> {
    const { offset } = await this.#options.log.head(this.#options.channel);
    this.#offset = offset;
    this.#options.skip(offset, true);
    for (const item of [...this.#early.values()].filter((early) => early.offset <= offset)) {
      this.#early.delete(item.offset);
      this.#options.late?.(item);
    }
    this.#fill();
  }

  /** Takes an item that was appended here. */
  offer(item: Item): void {
    if (item.offset <= this.offset) return this.#options.late?.(item);
    this.#early.set(item.offset, item);
    this.#fill();
  }

  take(entries: readonly LogEntry[]): void {
    this.#add(entries);
    this.#fill();
  }

  /** Never rejects. */
  async look(): Promise<void> {
    this.#isBehind = true;
    this.#fill();
    await this.#reading;
  }

  #add(entries: readonly LogEntry[]): void {
    for (const entry of entries) {
      if (entry.offset <= this.offset || this.#early.has(entry.offset)) continue;
      this.#early.set(entry.offset, this.#options.read(entry));
    }
  }

  #fill(): void {
    if (this.#offset === undefined) return;
    this.#handOn();
    if (this.#early.size > 0 || this.#isBehind) this.#reading ??= this.#readOn();
  }

  #handOn(): void {
    for (;;) {
      const item = this.#early.get(this.offset + 1);
      if (item === undefined) return;
      this.#early.delete(item.offset);
      this.#offset = item.offset;
      this.#options.take(item);
    }
  }

  async #readOn(): Promise<void> {
    while (this.#early.size > 0 || this.#isBehind) {
      const { offset } = this;
      this.#isBehind = false;
      try {
        await this.#readPage();
      } catch (error) {
        const { channel, log: { isClosed } } = this.#options;
        if (isClosed) break;
        log.warning("Cannot read what was appended to {channel}: {error}", { channel, error });
      }
      this.#handOn();
      // Whoever waits for an entry is not kept waiting for one that nobody has.
      if (this.offset === offset) this.#skip(Infinity);
      this.#handOn();
    }
    this.#reading = undefined;
  }

  async #readPage(): Promise<void> {
    const { log, channel } = this.#options;
    const next = await log.since(channel, this.offset, page);
    const entries = next === "lost" ? await log.kept(channel) : next;
    if (next === "lost") this.#skip((entries[0]?.offset ?? (await log.head(channel)).offset + 1) - 1);
    else this.#isBehind ||= next.length === page;
    this.#add(entries);
  }

  /** Goes on after an offset, or before what waits where that is less. */
  #skip(upTo: number): void {
    const offset = Math.min(upTo, ...this.#early.keys().map((early) => early - 1));
    if (offset <= this.offset || offset === Infinity) return;
    this.#offset = offset;
    this.#options.skip(offset, false);
  }
}
