import { type ChannelEntry, Followers, type Log, type LogEntry, type LogHead } from "../../lib/engine/mod.ts";
import { FakeClock } from "./fake_clock.ts";

/** A log of which a test decides when others hear of what is appended. */
export class FakeLog implements Log {
  readonly epoch = "e";
  readonly followers: Followers;
  /** Entries that are kept of each channel. */
  size = 1000;
  /** How often it was read. */
  reads = 0;
  /** Why it cannot be read. */
  fault: Error | undefined;
  isClosed = false;
  readonly #channels = new Map<string, LogEntry[]>();
  readonly #told: (readonly ChannelEntry[] | "anew")[] = ["anew"];
  #news = Promise.withResolvers<void>();

  constructor(clock = new FakeClock()) {
    this.followers = new Followers({ log: this, clock });
  }

  /** Appends an entry, of which nobody is told. */
  append(channel: string, data: unknown): ChannelEntry {
    const entries = this.#channels.get(channel) ?? [];
    const entry = { offset: entries.length + 1, at: 0, data };
    this.#channels.set(channel, [...entries, entry]);
    return { channel, ...entry };
  }

  /** Tells those who follow. */
  tell(...news: readonly (readonly ChannelEntry[] | "anew")[]): void {
    this.#told.push(...news);
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }

  head(channel: string): Promise<LogHead> {
    return this.#read(() => ({ offset: this.#of(channel).length, at: 0 }));
  }

  since(channel: string, offset: number, limit: number): Promise<readonly LogEntry[] | "lost"> {
    return this.#read(() => {
      const entries = this.#of(channel);
      if (offset > entries.length || offset < entries.length - this.size) return "lost";
      return entries.slice(offset, offset + limit);
    });
  }

  kept(channel: string): Promise<readonly LogEntry[]> {
    return this.#read(() => {
      const entries = this.#of(channel);
      return entries.slice(Math.max(0, entries.length - this.size));
    });
  }

  async *follow(
    wanted: (channel: string) => boolean,
    signal: AbortSignal,
  ): AsyncIterableIterator<readonly ChannelEntry[] | "anew"> {
    signal.addEventListener("abort", () => this.#news.resolve());
    while (!signal.aborted) {
      const next = this.#told.shift();
      if (next === undefined) await this.#news.promise;
      else yield next === "anew" ? next : next.filter(({ channel }) => wanted(channel));
    }
  }

  behind(): number {
    return 0;
  }

  #of(channel: string): readonly LogEntry[] {
    return this.#channels.get(channel) ?? [];
  }

  async #read<T>(answer: () => T): Promise<T> {
    this.reads += 1;
    await Promise.resolve();
    if (this.fault !== undefined) throw this.fault;
    return answer();
  }
}
