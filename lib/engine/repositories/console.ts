import type { Store } from "../store.ts";

/** Somebody who logged in to the console. */
export interface ConsoleSessionRecord {
  /** SHA-256 of what the cookie holds, in hex. */
  readonly hash: string;
  /** SHA-256 of the admin token that it was begun with: another token ends it. */
  readonly tokenHash: string;
  readonly address: string;
  /** In milliseconds since the Unix epoch, as all times here. */
  readonly beganAt: number;
  readonly seenAt: number;
  /** Until when actions are unlocked. */
  readonly unlockedUntil: number;
}

/** What an operator did. */
export interface AuditRecord {
  readonly at: number;
  /** The session's number, or `token` for one who sent the admin token. */
  readonly actor: string;
  readonly address: string;
  /** Such as `PUT /admin/miners/5F...`. */
  readonly action: string;
  /** The HTTP status of the answer. */
  readonly status: number;
  /** How often, where it was done again and again, and when last. */
  readonly count?: number;
  readonly lastAt?: number;
}

/** A game's odds, from a time on. */
export interface OddsRecord {
  readonly at: number;
  readonly team_a: number;
  readonly team_b: number;
  readonly tie: number | null;
}

/** The console's sessions, its audit log, and what the odds of games were. */
export class ConsoleRepository {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async session(hash: string): Promise<ConsoleSessionRecord | null> {
    return await this.#store.get<ConsoleSessionRecord>(["console_sessions", hash]);
  }

  /** Keeps a session, for about `lifetime` milliseconds. */
  async putSession(record: ConsoleSessionRecord, lifetime: number): Promise<void> {
    await this.#store.set(["console_sessions", record.hash], record, { expireIn: lifetime });
  }

  async deleteSession(hash: string): Promise<void> {
    await this.#store.delete(["console_sessions", hash]);
  }

  async deleteSessions(): Promise<void> {
    await this.#store.deleteAll(["console_sessions"]);
  }

  /** Keeps what was done, under a number that tells it from what was done in the same moment. */
  async putAudit(record: AuditRecord, number: string, lifetime: number): Promise<void> {
    await this.#store.set(["audit", record.at, number], record, { expireIn: lifetime });
  }

  /** What was done before a time, the newest first. */
  async audit(before: number, limit: number): Promise<AuditRecord[]> {
    const records: AuditRecord[] = [];
    const range = { prefix: ["audit"], to: [before], limit, reverse: true } as const;
    for await (const { value } of this.#store.list<AuditRecord>(range)) records.push(value);
    return records;
  }

  /** What is kept of a game's odds, the oldest first. */
  async odds(gameId: string): Promise<readonly OddsRecord[]> {
    return await this.#store.get<OddsRecord[]>(["game_odds", gameId]) ?? [];
  }

  /** Adds to a game's odds, whose newest `most` are kept for about `lifetime` milliseconds. */
  async addOdds(
    gameId: string,
    records: readonly OddsRecord[],
    { most, lifetime }: { most: number; lifetime: number },
  ): Promise<void> {
    await this.#store.transact(async (transaction) => {
      const key = ["game_odds", gameId] as const;
      const all = [...await transaction.get<OddsRecord[]>(key) ?? [], ...records];
      transaction.set(key, all.sort((a, b) => a.at - b.at).slice(-most), { expireIn: lifetime });
    });
  }
}
