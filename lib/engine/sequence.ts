import { logger } from "../telemetry/mod.ts";
import type { Log, LogEntry } from "./log.ts";

const log = logger("store");
/** Entries that are read at a time. */
const page = 100;

/** What a channel tells next: entries, or that those before the next ones are kept no more. */
export type Run<Entry> = readonly Entry[] | "lost";

/**
 * Where somebody stands in a channel of the log, and what comes next there: each entry once and in order, whichever way it
 * comes to be known. It is asked in turns, one after the other.
 */
export class Sequence {
  readonly #log: Pick<Log, "head" | "since" | "kept" | "isClosed">;
  readonly #channel: string;
  #offset = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(log: Pick<Log, "head" | "since" | "kept" | "isClosed">, channel: string) {
    this.#log = log;
    this.#channel = channel;
  }

  /** Up to where all was passed. */
  get offset(): number {
    return this.#offset;
  }

  /** Does something after what was asked for before. */
  inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(act);
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** Resolves when all that was asked for so far is done. */
  async settled(): Promise<void> {
    await this.#last;
  }

  /** Begins after what the channel holds now. */
  async begin(): Promise<void> {
    this.#offset = (await this.#log.head(this.#channel)).offset;
  }

  /** Goes on to an offset; false where it was passed before. */
  pass(offset: number): boolean {
    if (offset <= this.#offset) return false;
    this.#offset = offset;
    return true;
  }

  /** What has its turn up to the last of the entries, which come in order: those that are news, and what is missing between. */
  async *upTo<Told extends { readonly offset: number }>(
    entries: readonly Told[],
  ): AsyncGenerator<Run<Told | LogEntry>> {
    for (;;) {
      const news = entries.filter(({ offset }) => offset > this.#offset);
      const [next] = news;
      if (next === undefined) return;
      const { offset } = this;
      const run = news.filter((entry, index) => entry.offset === offset + index + 1);
      if (run.length > 0) yield this.#passAll(run);
      else yield* this.missing(next.offset - 1);
    }
  }

  /** What the log holds up to an offset and nobody told of; without one, all of it. */
  async *missing(upTo = Infinity): AsyncGenerator<Run<LogEntry>> {
    for (let isWhole = false; !isWhole && this.#offset < upTo;) {
      const read = await this.#read(Math.min(page, upTo - this.#offset));
      const run = read.entries.filter(({ offset }) => offset > this.#offset && offset <= upTo);
      // Whoever waits for an entry is not kept waiting for one that nobody has.
      const begin = run[0]?.offset ?? 1 + (upTo === Infinity ? read.offset : upTo);
      if (this.pass(begin - 1)) yield "lost";
      if (run.length > 0) yield this.#passAll(run);
      isWhole = run.length < page;
    }
  }

  #passAll<Told extends { readonly offset: number }>(run: readonly Told[]): readonly Told[] {
    this.#offset = run.at(-1)?.offset ?? this.#offset;
    return run;
  }

  /** What follows, or else what is kept; where the channel stands, if that is known. */
  async #read(limit: number): Promise<{ entries: readonly LogEntry[]; offset: number }> {
    try {
      const next = await this.#log.since(this.#channel, this.#offset, limit);
      if (next !== "lost") return { entries: next, offset: this.#offset };
      const entries = await this.#log.kept(this.#channel);
      return { entries, offset: (await this.#log.head(this.#channel)).offset };
    } catch (error) {
      if (!this.#log.isClosed) {
        const channel = this.#channel;
        log.warning("Cannot read what was appended to {channel}: {error}", { channel, error });
      }
      return { entries: [], offset: this.#offset };
    }
  }
}
