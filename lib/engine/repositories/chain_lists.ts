/** A key of a subnet as it was last read from the chain. */
export interface ChainEntry {
  readonly uid: number;
  readonly hotkey: string;
  readonly permit: boolean | null;
  readonly stake: number | null;
}

/** A subnet as it was last read from the chain. */
export interface ChainListRecord {
  readonly netuid: number;
  /** Hash of the chain's first block. */
  readonly genesis: string;
  readonly block: number;
  readonly specVersion: number;
  /** In milliseconds since the Unix epoch. */
  readonly readAt: number;
  readonly entries: readonly ChainEntry[];
}

/** Entries in one value, which takes at most 64 KiB. */
const entriesInPiece = 256;

/** The last known list of each subnet, for the time in which no node answers. */
export class ChainListRepository {
  readonly #database: Deno.Kv;

  constructor(database: Deno.Kv) {
    this.#database = database;
  }

  async get(netuid: number): Promise<ChainListRecord | null> {
    const head = await this.#database.get<ChainListRecord>(["chain_lists", netuid]);
    if (head.value === null) return null;
    const pieces = this.#database.list<readonly ChainEntry[]>({ prefix: ["chain_list_entries", netuid] });
    const entries = (await Array.fromAsync(pieces, ({ value }) => value)).flat();
    return { ...head.value, entries };
  }

  async put(record: ChainListRecord): Promise<void> {
    const { netuid, entries } = record;
    const known = this.#database.list({ prefix: ["chain_list_entries", netuid] });
    const commit = this.#database.atomic().set(["chain_lists", netuid], { ...record, entries: [] });
    for await (const { key } of known) commit.delete(key);
    for (let start = 0; start < entries.length; start += entriesInPiece) {
      commit.set(["chain_list_entries", netuid, start], entries.slice(start, start + entriesInPiece));
    }
    await commit.commit();
  }
}
