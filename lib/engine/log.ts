/** One numbered entry of a channel. */
export interface LogEntry {
  /** From 1 on, without a gap. */
  readonly offset: number;
  /** When it was written, in milliseconds since the Unix epoch. */
  readonly at: number;
  readonly data: unknown;
}

/** Where a channel stands. */
export interface LogHead {
  /** Of the newest entry; 0 before the first. */
  readonly offset: number;
  /** When it was written, in milliseconds since the Unix epoch; 0 before the first. */
  readonly at: number;
}

/** How much of a channel's past is kept. */
export interface HistoryLimits {
  /** Entries. */
  readonly size: number;
  /** Milliseconds. */
  readonly ttl: number;
}

/**
 * Named channels of numbered entries, which live in the store: a transaction appends to them. Entries are data; whoever
 * delivers them signs and encodes.
 */
export interface Log {
  /** The store's own: another one only where numbering began anew. */
  readonly epoch: string;
  head(channel: string): Promise<LogHead>;
  /** Up to `limit` entries after an offset, in order; "lost" when some of them are kept no more, or never were. */
  since(channel: string, offset: number, limit: number): Promise<readonly LogEntry[] | "lost">;
  /** What is kept of a channel: its newest entries, oldest first. */
  kept(channel: string): Promise<readonly LogEntry[]>;
  /**
   * Each entry after an offset, as soon as it is there, in order, whichever server wrote it; entries that are kept no more
   * are left out. Ends when the signal aborts.
   */
  follow(channel: string, offset: number, signal: AbortSignal): AsyncIterableIterator<LogEntry>;
}
