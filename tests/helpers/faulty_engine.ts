import { type Engine, type Entry, type KeptChannel, openEngine } from "../../lib/engine/mod.ts";
import type { KeepOptions, Key, Range, Transaction, TransactOptions } from "../../lib/engine/mod.ts";

/** Done in place of a write, which `write` does. `what` is the lock of a transaction, or the collection that is written. */
type Interference = <T>(write: () => Promise<T>, what: string | undefined) => Promise<T>;

/** An engine whose writes a test refuses, holds up or counts, before or after they are done. */
export class FaultyEngine implements Engine {
  /** How often it was asked what is wrong. */
  looks = 0;
  readonly #engine: Engine;
  #interfere: Interference | undefined;
  #meanwhile: (() => Promise<unknown>) | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Opens engines that are faulty, and keeps the one that was opened last. */
  static opener(): { open: typeof openEngine; readonly engine: FaultyEngine } {
    let opened: FaultyEngine | undefined;
    return {
      open: async (...where) => opened = new FaultyEngine(await openEngine(...where)),
      get engine() {
        if (opened === undefined) throw new Error("no engine was opened yet");
        return opened;
      },
    };
  }

  /** From now on, until what it answers is disposed of, every write goes this way. */
  interfere(interference: Interference): Disposable {
    this.#interfere = interference;
    return { [Symbol.dispose]: () => this.#interfere = undefined };
  }

  /** From now on writes are refused. */
  refuse(problem = "disk full"): Disposable {
    return this.interfere(() => Promise.reject(new Error(problem)));
  }

  /** Once, between the reading and the writing of the next transaction, something else happens. */
  meanwhile(act: () => Promise<unknown>): Disposable {
    this.#meanwhile = act;
    return { [Symbol.dispose]: () => this.#meanwhile = undefined };
  }

  get log(): Engine["log"] {
    return this.#engine.log;
  }

  fault(): string | undefined {
    this.looks += 1;
    return this.#engine.fault();
  }

  endEpoch(): Promise<void> {
    return this.#engine.endEpoch();
  }

  now(): Promise<number> {
    return this.#engine.now();
  }

  get<T>(key: Key): Promise<T | null> {
    return this.#engine.get(key);
  }

  getMany<T>(keys: readonly Key[]): Promise<(T | null)[]> {
    return this.#engine.getMany(keys);
  }

  list<T>(range: Range): AsyncIterableIterator<Entry<T>> {
    return this.#engine.list(range);
  }

  transact<T>(work: (transaction: Transaction) => Promise<T>, options?: TransactOptions): Promise<T> {
    const disturbed = async (transaction: Transaction) => {
      const result = await work(transaction);
      const act = this.#meanwhile;
      this.#meanwhile = undefined;
      await act?.();
      return result;
    };
    return this.#write(() => this.#engine.transact(disturbed, options), options?.lock);
  }

  set(key: Key, value: unknown, options?: KeepOptions): Promise<void> {
    return this.#write(() => this.#engine.set(key, value, options), key[0]);
  }

  delete(key: Key): Promise<void> {
    return this.#write(() => this.#engine.delete(key), key[0]);
  }

  deleteAll(prefix: Key): Promise<void> {
    return this.#write(() => this.#engine.deleteAll(prefix), prefix[0]);
  }

  durability(): ReturnType<Engine["durability"]> {
    return this.#engine.durability();
  }

  tableBytes(): Promise<number | undefined> {
    return this.#engine.tableBytes();
  }

  everything(): AsyncIterableIterator<Entry<unknown>> {
    return this.#engine.everything();
  }

  channels(): AsyncIterableIterator<KeptChannel> {
    return this.#engine.channels();
  }

  adopt(epoch: string, channels: AsyncIterable<KeptChannel>): Promise<void> {
    return this.#engine.adopt(epoch, channels);
  }

  close(): void {
    this.#engine.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #write<T>(write: () => Promise<T>, what?: string): Promise<T> {
    return this.#interfere?.(write, what) ?? write();
  }
}
