/** One numbered entry of a channel. */
export interface LogEntry {
  /** From 1 on, without a gap. */
  readonly offset: number;
  /** When it was written, in milliseconds since the Unix epoch by the store's clock. */
  readonly at: number;
  readonly data: unknown;
}

/** An entry with the channel that it was appended to. */
export interface ChannelEntry extends LogEntry {
  readonly channel: string;
}

/** Where a channel stands. */
export interface LogHead {
  /** Of the newest entry; 0 before the first. */
  readonly offset: number;
  /** When it was written, in milliseconds since the Unix epoch by the store's clock; 0 before the first. */
  readonly at: number;
}

/** How much of a channel's past is kept. */
export interface HistoryLimits {
  /** Entries. */
  readonly size: number;
  /** Milliseconds, by the store's clock. */
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
   * What other servers of the store append from now on to the channels that are wanted, soon after; what this engine
   * appends itself is known to whoever did it. It begins with "anew", and says that again whenever something may have been
   * missed: where the channels stand has to be looked at then. Entries come in their order, in groups; some may come
   * twice, but none is left out. Ends when the signal aborts, or the engine is closed.
   */
  follow(
    wanted: (channel: string) => boolean,
    signal: AbortSignal,
  ): AsyncIterableIterator<readonly ChannelEntry[] | "anew">;
  /** Whether the engine was closed: what is read of the log then fails. */
  readonly isClosed: boolean;
  /** Milliseconds for which whoever follows does not know what others have appended; 0 where nobody follows. */
  behind(): number;
}
