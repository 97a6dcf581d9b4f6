import { type Clock, type Durability, sleep, systemClock, together } from "../../protocol/mod.ts";
import { type Attempt, Attempts, overtaken } from "../attempts.ts";
import { isEnough } from "../durability.ts";
import type { Engine, KeptChannel } from "../engine.ts";
import type { HistoryLimits } from "../log.ts";
import type { Entry, KeepOptions, Key, Range, Transaction, TransactOptions } from "../store.ts";
import { type DatabaseAddress, parseAddress } from "./address.ts";
import { Barrier } from "./barrier.ts";
import { Doorbell } from "./doorbell.ts";
import { readDurability } from "./durability.ts";
import { DatabaseFailure } from "./failure.ts";
import { boundsOf, keyOf, textOf } from "./keys.ts";
import { openSchema } from "./open_schema.ts";
import { PostgresLog } from "./postgres_log.ts";
import { PostgresTransaction, type Run, type Settled } from "./postgres_transaction.ts";
import { adopt, commit, guard, write } from "./sending.ts";
import type { Answer, Session } from "./session.ts";
import { openPrimary, SessionPool } from "./session_pool.ts";
import { arrayOf, lastKey, type Statements, statementsFor } from "./statements.ts";
import { Sweeper } from "./sweeper.ts";
import { Tail } from "./tail.ts";
import { Trouble } from "./trouble.ts";
import { decode, encode } from "./values.ts";

/** Values that are read at a time while a list is gone through, and that are deleted at a time. */
const [page, deletedAtOnce] = [200, 1000];
/** Milliseconds for which an answer is waited for. */
const patience = 5000;

/** How a database is used. */
export interface DatabaseOptions {
  /** Where notifications are heard, if not over the store's own location: a pooler may deliver none. */
  readonly listenUrl?: string | undefined;
  /** Most connections, besides the one that listens: 4 or more. */
  readonly connections?: number;
}

/** Milliseconds within which a connection fails that was of no use from the beginning. */
const sudden = 500;
/** Milliseconds after which news are old. */
const longestBehind = 5000;

/** PostgreSQL, shared by several servers. */
export class PostgresEngine implements Engine {
  readonly log: PostgresLog;
  readonly #writers: SessionPool;
  readonly #readers: SessionPool;
  readonly #statements: Statements;
  readonly #doorbell: Doorbell;
  readonly #sweeper: Sweeper;
  readonly #barrier = new Barrier(() => this.#trouble.watch("write", () => this.#commitNothing()));
  readonly #server = crypto.randomUUID().slice(0, 8);
  readonly #attempts = new Attempts();
  readonly #trouble = new Trouble();
  readonly #durability: Durability;

  private constructor(options: {
    writers: SessionPool;
    readers: SessionPool;
    listenAt: DatabaseAddress;
    statements: Statements;
    epoch: string;
    clock: Clock;
    history: HistoryLimits;
    durability: Durability;
  }) {
    this.#durability = options.durability;
    this.#writers = options.writers;
    this.#readers = options.readers;
    this.#statements = options.statements;
    const { epoch, listenAt: address, statements, clock, history } = options;
    const [run, assure, server] = [this.#run, this.#assure, this.#server];
    this.#doorbell = new Doorbell({
      open: ({ onNotification, onEnd }) => openPrimary({ address, patience, onNotification }, onEnd),
      run,
      statements,
      clock: systemClock,
    });
    this.#sweeper = new Sweeper({ run, statements, clock, history });
    const openTail = () =>
      Tail.open({ run, assure, statements, server, doorbell: this.#doorbell, clock: systemClock });
    this.log = new PostgresLog({ epoch, statements, history, run: this.#read, openTail });
    this.#sweeper.start();
  }

  /** Opens it as `openEngine` does. */
  static async open(
    location: string,
    { clock, history, durability, database }: {
      clock: Clock;
      history: HistoryLimits;
      durability: Durability;
      database: DatabaseOptions;
    },
  ): Promise<PostgresEngine> {
    const address = parseAddress(location);
    const { listenUrl = location, connections = 8 } = database;
    const listenAt = parseAddress(listenUrl);
    const statements = statementsFor(address.schema);
    // Who reads within a transaction waits for no other transaction.
    const reading = Math.ceil(connections / 3);
    const writers = new SessionPool({ address, patience, size: connections - reading });
    const readers = new SessionPool({ address, patience, size: reading });
    try {
      await openSchema(writers, address.schema);
      const epoch = await readers.use(async (session) => {
        await session.run(statements.keepFact, "epoch", crypto.randomUUID().slice(0, 8));
        return String((await session.run(statements.fact, "epoch")).rows[0]?.["value"]);
      });
      return new PostgresEngine({
        writers,
        readers,
        listenAt,
        statements,
        epoch,
        clock,
        history,
        durability,
      });
    } catch (error) {
      for (const pool of [writers, readers]) pool.close();
      throw error;
    }
  }

  fault(): string | undefined {
    return this.#trouble.words ?? staleness(this.log.behind());
  }

  async durability(): Promise<Durability> {
    return readDurability(await this.#run(this.#statements.durability));
  }

  async endEpoch(): Promise<void> {
    await this.#run(this.#statements.forgetFact, "epoch");
  }

  async now(): Promise<number> {
    const { rows: [row] } = await this.#run(this.#statements.now);
    return Number(row?.["now"]);
  }

  async tableBytes(): Promise<number> {
    const { rows: [row] } = await this.#read(this.#statements.tableBytes);
    return Number(row?.["bytes"]);
  }

  async get<T>(key: Key): Promise<T | null> {
    const [value = null] = await this.getMany<T>([key]);
    return value;
  }

  async getMany<T>(keys: readonly Key[]): Promise<(T | null)[]> {
    const texts = keys.map(textOf);
    const { rows } = await this.#read(this.#statements.read, arrayOf(texts));
    const values = new Map(rows.map(({ key, value }) => [String(key), String(value)]));
    return texts.map((text) => {
      const value = values.get(text);
      return value === undefined ? null : decode(value) as T;
    });
  }

  async *list<T>(range: Range): AsyncIterableIterator<Entry<T>> {
    const { limit = Infinity, reverse = false } = range;
    let [start, end = lastKey] = boundsOf(range);
    const statement = this.#statements.list(reverse ? "desc" : "asc");
    for (let left = limit; left > 0;) {
      const count = Math.min(left, page);
      const { rows } = await this.#read(statement, start, end, String(count));
      for (const { key, value } of rows) {
        yield { key: keyOf(String(key)), value: decode(String(value)) as T };
      }
      if (rows.length < count) return;
      left -= count;
      const last = String(rows.at(-1)?.["key"]);
      // What follows a key comes before all that is longer.
      if (reverse) end = last;
      else start = `${last} `;
    }
  }

  async transact<T>(
    work: (transaction: Transaction) => Promise<T>,
    { lock }: TransactOptions = {},
  ): Promise<T> {
    const attempt = () => lock === undefined ? this.#attempt(work) : this.#attemptUnder(lock, work);
    return await this.#attempts.make(this.#patient(attempt), lock);
  }

  async set(key: Key, value: unknown, options?: KeepOptions): Promise<void> {
    await this.transact((transaction) => Promise.resolve(transaction.set(key, value, options)));
  }

  async delete(key: Key): Promise<void> {
    await this.transact((transaction) => Promise.resolve(transaction.delete(key)));
  }

  async deleteAll(prefix: Key): Promise<void> {
    const [start, end = lastKey] = boundsOf({ prefix });
    for (;;) {
      const { tag, count } = await this.#run(
        this.#statements.deleteRange,
        start,
        end,
        String(deletedAtOnce),
      );
      if (tag !== "DELETE" || count < deletedAtOnce) return;
    }
  }

  everything(): AsyncIterableIterator<Entry<unknown>> {
    return this.list({ prefix: [] });
  }

  async *channels(): AsyncIterableIterator<KeptChannel> {
    for (let last = "";;) {
      const { rows } = await this.#read(this.#statements.channels, last, String(page));
      for (const row of rows) {
        const [channel, offset, at] = [String(row["channel"]), Number(row["offset"]), Number(row["at"])];
        yield { channel, head: { offset, at }, entries: await this.log.kept(channel) };
      }
      if (rows.length < page) return;
      last = String(rows.at(-1)?.["channel"]);
    }
  }

  async adopt(epoch: string, channels: AsyncIterable<KeptChannel>): Promise<void> {
    const { forgetFact, keepFact, putChannel } = this.#statements;
    for await (const kept of channels) {
      const sent = (session: Session) => {
        const { channel, head, entries } = kept;
        const before = entries[0] === undefined ? head.offset : entries[0].offset - 1;
        return [
          session.run(putChannel, channel, String(before), String(head.at)),
          ...entries.map(({ offset, at, data }) => {
            const addition = { channel, before: BigInt(offset - 1), entries: [encode(data)] };
            return adopt(session, this.#statements, addition, { at, server: this.#server });
          }),
        ];
      };
      await this.#writers.use((session) => together([session.begin(), ...sent(session), commit(session)]));
    }
    await this.#run(forgetFact, "epoch");
    await this.#run(keepFact, "epoch", epoch);
  }

  close(): void {
    this.log.close();
    this.#doorbell.close();
    this.#sweeper.close();
    for (const pool of [this.#writers, this.#readers]) pool.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Waits for longer and longer while other servers are in the way. */
  #patient<T>(attempt: () => Promise<T>): Attempt<T> {
    return async (times) => {
      if (times > 3) await sleep(systemClock, Math.random() * Math.min(50, 2 ** (times - 1)));
      try {
        return await this.#trouble.watch("write", attempt);
      } catch (error) {
        if (error instanceof DatabaseFailure && error.kind === "conflict") return overtaken;
        throw error;
      }
    };
  }

  /** Reads without a lock; what was read is held against what is there when all of it is written. */
  async #attempt<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const transaction = new PostgresTransaction(this.#statements, this.#run);
    const result = await work(transaction);
    const settled = await transaction.settle(false);
    if (isNothing(settled)) {
      await this.#assure(await this.#run(this.#statements.durability));
      return result;
    }
    await this.#assertEnough(transaction);
    await this.#writers.use(async (session) => {
      await together([
        session.begin(),
        ...guard(session, this.#statements, settled),
        ...write(session, this.#statements, settled, this.#server),
        commit(session),
      ]);
    });
    this.#committed(settled);
    return result;
  }

  async #attemptUnder<T>(lock: string, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return await this.#writers.use(async (session) => {
      const beginning = session.begin();
      // What is read travels behind it.
      const locked = session.run(this.#statements.lock, lock);
      const begun = together([beginning, locked]);
      begun.catch(() => {});
      const transaction = new PostgresTransaction(
        this.#statements,
        (...what) => session.run(...what),
        locked,
      );
      try {
        const result = await work(transaction);
        const settled = await transaction.settle(true);
        await this.#assertEnough(transaction);
        await begun;
        await together([...write(session, this.#statements, settled, this.#server), commit(session)]);
        this.#committed(settled);
        return result;
      } catch (error) {
        if (session.isOpen) await session.run("rollback").catch(() => {});
        throw error;
      }
    });
  }

  /** Throws where what is committed would not survive what it has to. */
  async #assertEnough(transaction: Transaction): Promise<void> {
    if (this.#durability === "memory") return;
    const durability = await transaction.durability();
    if (isEnough(durability, this.#durability)) return;
    throw new DatabaseFailure(
      `what it keeps would be kept in ${durability}, and ${this.#durability} is the least that is wanted ` +
        "(store.durability): look at its fsync, synchronous_commit and synchronous_standby_names",
      "refused",
    );
  }

  #committed({ additions }: Settled): void {
    if (additions.length > 0) this.#doorbell.ring();
  }

  /** Waits until what was read before is kept as the settings in an answer say. */
  readonly #assure = async (settings: Answer): Promise<void> => {
    if (readDurability(settings) === "replicated") await this.#barrier.pass();
  };

  async #commitNothing(): Promise<void> {
    await this.#writers.use((session) =>
      together([session.begin(), session.run(this.#statements.mark, this.#server), commit(session)])
    );
  }

  /** Runs a statement by itself. What it answers may be told where nothing depends on its being kept. */
  readonly #run: Run = (statement, ...parameters) =>
    this.#ask((session) => session.run(statement, ...parameters));

  /** Reads what is told to others: nothing that a synchronous standby may still lack. */
  readonly #read: Run = async (statement, ...parameters) => {
    const { answer, settings } = await this.#ask(async (session) => {
      const [asked, also] = [session.run(statement, ...parameters), session.run(this.#statements.durability)];
      await together([asked, also]);
      return { answer: await asked, settings: await also };
    });
    await this.#assure(settings);
    return answer;
  };

  #ask<T>(what: (session: Session) => Promise<T>): Promise<T> {
    return this.#trouble.watch("read", async () => {
      for (let tries = 1;; tries += 1) {
        const start = systemClock.elapsed();
        try {
          return await this.#readers.use(what);
        } catch (error) {
          // Each connection may be an old one whose end was not heard of yet.
          const isOld = error instanceof DatabaseFailure && error.endsConnection &&
            systemClock.elapsed() - start < sudden;
          if (!isOld || tries > this.#readers.size) throw error;
        }
      }
    });
  }
}

/** Says that the news of other servers are old. */
function staleness(behind: number): string | undefined {
  if (behind < longestBehind) return undefined;
  return `what other servers write has not been read for ${Math.round(behind / 1000)} s`;
}

function isNothing({ writes, additions, forgotten }: Settled): boolean {
  return writes.length + additions.length + forgotten.length === 0;
}
