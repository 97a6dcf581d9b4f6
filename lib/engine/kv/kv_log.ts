import { type Clock, FirstSignal, sleep } from "../../protocol/mod.ts";
import type { ChannelEntry, HistoryLimits, Log, LogEntry, LogHead } from "../log.ts";
import type { Advance, Feed } from "./feed.ts";
import type { FeedReader } from "./feed_reader.ts";
import { type ChannelHead, dataOf, headKey, noHead, type Row, rowKey } from "./log_rows.ts";
import { isPieces, readPieces } from "./pieces.ts";

export const epochKey = ["log_epoch"];
/** Rows that are read at a time. */
const rowsPerRead = 20;

interface KvLogOptions {
  readonly clock: Clock;
  readonly history: HistoryLimits;
  /** Undefined where nobody else can have the store. */
  readonly feed: Feed | undefined;
}

/** The log in Deno KV: rows of entries, and a key for where each channel stands. */
export class KvLog implements Log {
  readonly epoch: string;
  readonly #kv: Deno.Kv;
  readonly #clock: Clock;
  readonly #history: HistoryLimits;
  readonly #feed: Feed | undefined;
  readonly #readers = new Set<FeedReader>();
  readonly #closing = new AbortController();

  private constructor(kv: Deno.Kv, epoch: string, { clock, history, feed }: KvLogOptions) {
    this.#kv = kv;
    this.epoch = epoch;
    this.#clock = clock;
    this.#history = history;
    this.#feed = feed;
  }

  static async open(kv: Deno.Kv, options: KvLogOptions): Promise<KvLog> {
    for (;;) {
      const stored = await kv.get<string>(epochKey);
      if (stored.value !== null) return new KvLog(kv, stored.value, options);
      await kv.atomic().check(stored).set(stored.key, crypto.randomUUID().slice(0, 8)).commit();
    }
  }

  async head(channel: string): Promise<LogHead> {
    const { offset, at } = (await this.#kv.get<ChannelHead>([...headKey(channel)])).value ?? noHead;
    return { offset, at };
  }

  async since(channel: string, offset: number, limit: number): Promise<readonly LogEntry[] | "lost"> {
    const head = await this.head(channel);
    if (offset > head.offset) return "lost";
    if (offset === head.offset) return [];
    if (offset < head.offset - this.#history.size) return "lost";
    const entries = await this.#list(channel, offset + 1, limit);
    return entries[0]?.offset === offset + 1 ? entries : "lost";
  }

  async kept(channel: string): Promise<readonly LogEntry[]> {
    const { offset } = await this.head(channel);
    const { size } = this.#history;
    return await this.#list(channel, Math.max(1, offset - size + 1), size);
  }

  async *follow(
    wanted: (channel: string) => boolean,
    signal: AbortSignal,
  ): AsyncIterableIterator<readonly ChannelEntry[] | "anew"> {
    using ending = new FirstSignal(signal, this.#closing.signal);
    if (this.#feed === undefined) {
      yield "anew";
      return await sleep(this.#clock, Infinity, ending.signal);
    }
    let reader: FeedReader | undefined;
    try {
      this.#readers.add(reader = await this.#feed.open());
      yield "anew";
      while (!ending.signal.aborted) {
        const advances = await reader.next(ending.signal);
        if (advances === "anew") yield advances;
        else yield await this.#entriesOf(advances.filter(({ channel }) => wanted(channel)));
      }
    } catch (error) {
      // A read that the closing of the store has cut off.
      if (!ending.signal.aborted) throw error;
    } finally {
      await this.#leave(reader);
    }
  }

  behind(): number {
    return Math.max(0, ...[...this.#readers].map((reader) => reader.behind));
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  close(): void {
    this.#closing.abort();
  }

  async #leave(reader: FeedReader | undefined): Promise<void> {
    if (reader === undefined) return;
    this.#readers.delete(reader);
    // Those who go on following take leave of one that cannot.
    if (!this.isClosed) await reader.leave().catch(() => {});
  }

  async #entriesOf(advances: readonly Advance[]): Promise<ChannelEntry[]> {
    const groups = await Promise.all(advances.map(async ({ channel, first, last }) => {
      const entries = await this.#list(channel, first, last - first + 1);
      return entries.map((entry) => ({ channel, ...entry }));
    }));
    return groups.flat();
  }

  /** Up to `limit` entries from an offset on that are young enough. */
  async #list(channel: string, from: number, limit: number): Promise<LogEntry[]> {
    const oldest = this.#clock.now() - this.#history.ttl;
    const entries: LogEntry[] = [];
    const selector = { prefix: ["log", channel], start: [...rowKey(channel, from)] };
    const options = { limit, batchSize: Math.min(limit, rowsPerRead) };
    for await (const { key, value } of this.#kv.list<Row>(selector, options)) {
      const row = isPieces(value) ? await readPieces<Row>(this.#kv, value) : value;
      if (row === null || row.at < oldest) continue;
      const data = dataOf(row);
      const first = Number(key[2]) - data.length + 1;
      for (let offset = Math.max(from, first); offset < first + data.length; offset += 1) {
        entries.push({ offset, at: row.at, data: data[offset - first] });
        if (entries.length === limit) return entries;
      }
    }
    return entries;
  }
}
