import { FirstSignal } from "../../protocol/mod.ts";
import type { ChannelEntry, HistoryLimits, Log, LogEntry, LogHead } from "../log.ts";
import type { Run } from "./postgres_transaction.ts";
import { arrayOf, type Statements } from "./statements.ts";
import type { Tail } from "./tail.ts";
import { decode } from "./values.ts";

/** The log in PostgreSQL. */
export class PostgresLog implements Log {
  readonly epoch: string;
  readonly #run: Run;
  readonly #statements: Statements;
  readonly #history: HistoryLimits;
  readonly #openTail: () => Promise<Tail>;
  readonly #tails = new Set<Tail>();
  readonly #closing = new AbortController();

  constructor(options: {
    epoch: string;
    openTail: () => Promise<Tail>;
    run: Run;
    statements: Statements;
    history: HistoryLimits;
  }) {
    this.epoch = options.epoch;
    this.#openTail = options.openTail;
    this.#run = options.run;
    this.#statements = options.statements;
    this.#history = options.history;
  }

  async head(channel: string): Promise<LogHead> {
    const { rows: [row] } = await this.#run(this.#statements.heads, arrayOf([channel]));
    return { offset: Number(row?.["offset"] ?? 0), at: Number(row?.["at"] ?? 0) };
  }

  async since(channel: string, offset: number, limit: number): Promise<readonly LogEntry[] | "lost"> {
    const head = await this.head(channel);
    if (offset > head.offset) return "lost";
    if (offset === head.offset) return [];
    if (offset < head.offset - this.#history.size) return "lost";
    const entries = await this.#list(channel, offset, limit);
    return entries[0]?.offset === offset + 1 ? entries : "lost";
  }

  async kept(channel: string): Promise<readonly LogEntry[]> {
    const { offset } = await this.head(channel);
    const { size } = this.#history;
    return await this.#list(channel, Math.max(0, offset - size), size);
  }

  async *follow(
    wanted: (channel: string) => boolean,
    signal: AbortSignal,
  ): AsyncIterableIterator<readonly ChannelEntry[] | "anew"> {
    using ending = new FirstSignal(signal, this.#closing.signal);
    using tail = await this.#openTail();
    this.#tails.add(tail);
    try {
      yield "anew";
      while (!ending.signal.aborted) yield await tail.next(wanted, ending.signal);
    } finally {
      this.#tails.delete(tail);
    }
  }

  behind(): number {
    return Math.max(0, ...[...this.#tails].map((tail) => tail.behind));
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  close(): void {
    this.#closing.abort();
  }

  /** Up to `limit` entries after an offset that are young enough. */
  async #list(channel: string, after: number, limit: number): Promise<LogEntry[]> {
    const { rows } = await this.#run(
      this.#statements.entries,
      channel,
      String(after),
      String(this.#history.ttl),
      String(limit),
    );
    return rows.map(({ offset, at, data }) => ({
      offset: Number(offset),
      at: Number(at),
      data: decode(String(data)),
    }));
  }
}
