import { logger } from "../telemetry/mod.ts";
import type { Follower, Followers } from "./followers.ts";
import type { LogEntry } from "./log.ts";
import { type Run, Sequence } from "./sequence.ts";
import type { Store } from "./store.ts";

const log = logger("store");

/** What the log keeps of a change: the record as it is from then on, null where it is no more. */
interface RecordChange<T> {
  readonly key: string;
  readonly record: T | null;
}

/** A change with its place in the channel. */
export type NumberedChange<T> = RecordChange<T> & { readonly offset: number };

/**
 * Writes what `change` makes of a record, null of one that is to be deleted, and tells all servers of the store. It stands
 * under the channel's name and its key.
 */
export async function changeRecord<T>(
  store: Store,
  channel: string,
  key: string,
  change: (known: T | null) => T | null,
): Promise<NumberedChange<T>> {
  return await store.transact(async (transaction) => {
    const place = [channel, key] as const;
    const record = change(await transaction.get<T>(place));
    if (record === null) transaction.delete(place);
    else transaction.set(place, record);
    const told: RecordChange<T> = { key, record };
    return { ...told, offset: await transaction.append(channel, told) };
  });
}

/** Changes in one transaction. */
const atOnce = 250;

/** The same for many records, some hundred at a time: those of an attempt that fails may be changed in part. */
export async function changeRecords<T>(
  store: Store,
  channel: string,
  changes: readonly RecordChange<T>[],
): Promise<NumberedChange<T>[]> {
  const numbered: NumberedChange<T>[] = [];
  for (let start = 0; start < changes.length; start += atOnce) {
    numbered.push(
      ...await store.transact(async (transaction) => {
        const written: NumberedChange<T>[] = [];
        for (const { key, record } of changes.slice(start, start + atOnce)) {
          if (record === null) transaction.delete([channel, key]);
          else transaction.set([channel, key], record);
          written.push({ key, record, offset: await transaction.append(channel, { key, record }) });
        }
        return written;
      }),
    );
  }
  return numbered;
}

/** What {@link SharedRecords} work with. */
interface SharedRecordsOptions<T> {
  readonly followers: Followers;
  /** The channel of the log with every change. */
  readonly channel: string;
  /** Reads all of them. */
  list(): Promise<readonly T[]>;
  keyOf(record: T): string;
  /** Called whenever some of them may have changed; once for those that change together. */
  onChange(): void;
}

/** Records that every server of a store has in memory: read once, and from then on as the log tells that they change. */
export class SharedRecords<T> implements Follower {
  readonly #options: SharedRecordsOptions<T>;
  readonly #sequence: Sequence;
  #records = new Map<string, T>();

  constructor(options: SharedRecordsOptions<T>) {
    this.#options = options;
    this.#sequence = new Sequence(options.followers.log, options.channel);
  }

  /** Reads all of them. */
  async begin(): Promise<void> {
    this.#options.followers.add(this.#options.channel, this);
    await this.#sequence.inTurn(async () => {
      await this.#sequence.begin();
      await this.#read();
      this.#options.onChange();
    });
  }

  get(key: string): T | undefined {
    return this.#records.get(key);
  }

  has(key: string): boolean {
    return this.#records.has(key);
  }

  get size(): number {
    return this.#records.size;
  }

  values(): MapIterator<T> {
    return this.#records.values();
  }

  /** Resolves when changes that were made here are in force, after those that other servers have made before. */
  async change(...changes: readonly NumberedChange<T>[]): Promise<void> {
    await this.#apply(this.#sequence.upTo(changes.map((data) => ({ offset: data.offset, data }))));
  }

  take(entries: readonly LogEntry[]): void {
    void this.#apply(this.#sequence.upTo(entries));
  }

  look(): void {
    void this.#apply(this.#sequence.missing());
  }

  async #apply(runs: AsyncIterable<Run<Pick<LogEntry, "data">>>): Promise<void> {
    await this.#sequence.inTurn(async () => {
      const { offset } = this.#sequence;
      for await (const run of runs) {
        if (run === "lost") await this.#readAgain();
        else for (const { data } of run) this.#put(data as RecordChange<T>);
      }
      if (this.#sequence.offset > offset) this.#options.onChange();
    });
  }

  #put({ key, record }: RecordChange<T>): void {
    if (record === null) this.#records.delete(key);
    else this.#records.set(key, record);
  }

  async #read(): Promise<void> {
    const { list, keyOf } = this.#options;
    this.#records = new Map((await list()).map((record) => [keyOf(record), record]));
  }

  async #readAgain(): Promise<void> {
    try {
      await this.#read();
    } catch (error) {
      const { channel } = this.#options;
      log.error("Cannot read {channel} again, what was read before stays in force: {error}", {
        channel,
        error,
      });
    }
  }
}
