import type { Declaration } from "../../protocol/mod.ts";
import { changeRecord, type NumberedChange } from "../shared_records.ts";
import type { Key, Store } from "../store.ts";

/** A stream that the operator's back end publishes to, as it is stored. */
export interface OwnStreamRecord {
  readonly name: string;
  readonly declaration: Declaration;
  /** How many an earlier stream of this name has published: they are none of its own. */
  readonly start: number;
}

/** The channel of the log with every such stream that is declared, changed or removed. */
export const ownStreamsChannel = "own_streams";

/** Where the newest value of such a stream is kept, which may be older than what is kept of the log. */
export function newestValueKey(name: string): Key {
  return ["own_stream_values", name];
}

/** The streams of the operator's own that are published to. */
export class OwnStreamRepository {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async list(): Promise<OwnStreamRecord[]> {
    const records: OwnStreamRecord[] = [];
    for await (const { value } of this.#store.list<OwnStreamRecord>({ prefix: [ownStreamsChannel] })) {
      records.push(value);
    }
    return records;
  }

  /** Writes what `change` makes of it, whoever else writes at the same time. Answers the change. */
  async change(
    name: string,
    change: (known: OwnStreamRecord | null) => OwnStreamRecord,
  ): Promise<NumberedChange<OwnStreamRecord>> {
    return await changeRecord(this.#store, ownStreamsChannel, name, change);
  }

  /** Answers the change. */
  async delete(name: string): Promise<NumberedChange<OwnStreamRecord>> {
    const change = await changeRecord<OwnStreamRecord>(this.#store, ownStreamsChannel, name, () => null);
    await this.#store.delete(newestValueKey(name));
    return change;
  }
}
