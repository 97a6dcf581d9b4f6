/** What is known of a topic besides its messages. */
export interface TopicHead {
  readonly memo: string;
  /** How many messages it has: the sequence number of the newest. */
  readonly length: number;
  /** Over all messages so far; 48 bytes. */
  readonly runningHash: Uint8Array;
  /** Consensus time of the newest message, in nanoseconds since the Unix epoch. */
  readonly at: bigint;
}

/** Consecutive messages that were stored as one value, below 64 KiB. */
export interface TopicBlock {
  /** Sequence number of the first. */
  readonly first: number;
  /** Consensus time of the first, in nanoseconds since the Unix epoch; each later one is a nanosecond after. */
  readonly at: bigint;
  readonly messages: readonly string[];
  /** After the last. */
  readonly runningHash: Uint8Array;
}

const entityKey = ["ledger_entities"];
/** Numbers below are taken by the network itself on Hedera. */
const firstEntity = 1001;

/** Append-only logs of messages, each under a number of its own. */
export class TopicRepository {
  readonly #database: Deno.Kv;

  constructor(database: Deno.Kv) {
    this.#database = database;
  }

  /** Makes a topic and answers its number, always the same one for a reference. */
  async create(reference: string, head: TopicHead): Promise<number> {
    const referenceKey = ["topic_references", reference];
    for (;;) {
      const [known, counter] = await this.#database.getMany<[number, number]>([referenceKey, entityKey]);
      if (known.value !== null) return known.value;
      const number = (counter.value ?? firstEntity - 1) + 1;
      const { ok } = await this.#database.atomic().check(known, counter)
        .set(entityKey, number)
        .set(referenceKey, number)
        .set(["topics", number], head)
        .commit();
      if (ok) return number;
    }
  }

  async head(number: number): Promise<TopicHead | null> {
    return (await this.#database.get<TopicHead>(["topics", number])).value;
  }

  /**
   * Adds blocks that follow each other and what is there, all in one commit.
   *
   * @returns false when the topic has not got the length that the first block follows
   */
  async append(number: number, blocks: readonly TopicBlock[], head: TopicHead): Promise<boolean> {
    const key = ["topics", number];
    const current = await this.#database.get<TopicHead>(key);
    if (current.value?.length !== (blocks[0]?.first ?? 0) - 1) return false;
    const commit = this.#database.atomic().check(current).set(key, head);
    for (const block of blocks) commit.set(["topic_blocks", number, block.first], block);
    return (await commit.commit()).ok;
  }

  /** All blocks in order, a few in memory at a time. */
  async *blocks(number: number): AsyncIterableIterator<TopicBlock> {
    const selector = { prefix: ["topic_blocks", number] };
    for await (const { value } of this.#database.list<TopicBlock>(selector, { batchSize: 8 })) yield value;
  }
}
