import { type Clock, FirstSignal, sleep } from "../../protocol/mod.ts";
import type { HistoryLimits, Log, LogEntry, LogHead } from "../log.ts";
import { type ChannelHead, dataOf, headKey, noHead, type Row, rowKey } from "./log_rows.ts";
import { isPieces, readPieces } from "./pieces.ts";

export const epochKey = ["log_epoch"];
/** Milliseconds between two looks for what other processes have appended to a file that they share. */
const pollInterval = 1000;
/** Entries that are followed at a time, and rows that are read at a time. */
const [page, rowsPerRead] = [100, 20];

/** The log in Deno KV: rows of entries, and a key for where each channel stands. */
export class KvLog implements Log {
  readonly epoch: string;
  readonly #kv: Deno.Kv;
  readonly #clock: Clock;
  readonly #history: HistoryLimits;
  readonly #isShared: boolean;
  /** Called, by channel, when this process has appended something. */
  readonly #bells = new Map<string, Set<() => void>>();
  readonly #closing = new AbortController();

  private constructor(
    kv: Deno.Kv,
    epoch: string,
    options: { clock: Clock; history: HistoryLimits; isShared: boolean },
  ) {
    this.#kv = kv;
    this.epoch = epoch;
    this.#clock = options.clock;
    this.#history = options.history;
    this.#isShared = options.isShared;
  }

  static async open(
    kv: Deno.Kv,
    options: { clock: Clock; history: HistoryLimits; isShared: boolean },
  ): Promise<KvLog> {
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

  async *follow(channel: string, offset: number, signal: AbortSignal): AsyncIterableIterator<LogEntry> {
    let position = offset;
    using first = new FirstSignal(signal, this.#closing.signal);
    const ending = first.signal;
    while (!ending.aborted) {
      const news = this.#news(channel, ending);
      const entries = await this.#list(channel, position + 1, page);
      for (const entry of entries) {
        if (ending.aborted) break;
        position = entry.offset;
        yield entry;
      }
      if (entries.length < page) await news.come;
      news.forget();
    }
  }

  /** Wakes those who follow what was appended here. */
  ring(channels: Iterable<string>): void {
    for (const channel of channels) for (const wake of this.#bells.get(channel) ?? []) wake();
  }

  close(): void {
    this.#closing.abort();
  }

  /** Resolves when something may have been appended, or when the signal aborts. */
  #news(channel: string, signal: AbortSignal): { come: Promise<void>; forget(): void } {
    const waiting = new AbortController();
    const wake = () => waiting.abort();
    const bells = this.#bells.get(channel) ?? new Set();
    this.#bells.set(channel, bells.add(wake));
    signal.addEventListener("abort", wake);
    const patience = this.#isShared ? pollInterval : 1e9;
    return {
      come: sleep(this.#clock, patience, waiting.signal),
      forget: () => {
        wake();
        signal.removeEventListener("abort", wake);
        bells.delete(wake);
        if (bells.size === 0) this.#bells.delete(channel);
      },
    };
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
