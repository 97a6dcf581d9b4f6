import type { Store } from "../store.ts";

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

/** Consecutive messages that were stored as one value. */
export interface TopicBlock {
  /** Sequence number of the first. */
  readonly first: number;
  /** Consensus time of the first, in nanoseconds since the Unix epoch; each later one is a nanosecond after. */
  readonly at: bigint;
  readonly messages: readonly string[];
  /** After the last. */
  readonly runningHash: Uint8Array;
}

/** Blocks that are read at a time, of some 50 KB each. */
const blocksAtOnce = 4;
const entityKey = ["ledger_entities"] as const;
/** Numbers below are taken by the network itself on Hedera. */
const firstEntity = 1001;

/** Append-only logs of messages, each under a number of its own. */
export class TopicRepository {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Makes a topic and answers its number, always the same one for a reference. */
  async create(reference: string, head: TopicHead): Promise<number> {
    const referenceKey = ["topic_references", reference] as const;
    return await this.#store.transact(async (transaction) => {
      const [known, newest] = await transaction.getMany<number>([referenceKey, entityKey]);
      if (typeof known === "number") return known;
      const number = (newest ?? firstEntity - 1) + 1;
      transaction.set(entityKey, number);
      transaction.set(referenceKey, number);
      transaction.set(["topics", number], head);
      return number;
    });
  }

  async head(number: number): Promise<TopicHead | null> {
    return await this.#store.get<TopicHead>(["topics", number]);
  }

  /**
   * Adds blocks that follow each other and what is there, all in one commit.
   *
   * @returns false when the topic has not got the length that the first block follows
   */
  async append(number: number, blocks: readonly TopicBlock[], head: TopicHead): Promise<boolean> {
    return await this.#store.transact(async (transaction) => {
      const key = ["topics", number] as const;
      const current = await transaction.get<TopicHead>(key);
      if (current?.length !== (blocks[0]?.first ?? 0) - 1) return false;
      transaction.set(key, head);
      for (const block of blocks) transaction.set(["topic_blocks", number, block.first], block);
      return true;
    });
  }

  /** All blocks in order, a few in memory at a time. */
  async *blocks(number: number): AsyncIterableIterator<TopicBlock> {
    const prefix = ["topic_blocks", number] as const;
    for (let next = 1;;) {
      let read = 0;
      for await (
        const { value } of this.#store.list<TopicBlock>({ prefix, from: [next], limit: blocksAtOnce })
      ) {
        yield value;
        next = value.first + value.messages.length;
        read += 1;
      }
      if (read < blocksAtOnce) return;
    }
  }
}
