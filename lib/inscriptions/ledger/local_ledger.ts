import { createHash } from "node:crypto";
import { type Store, type TopicBlock, type TopicHead, TopicRepository } from "../../engine/mod.ts";
import { type Clock, FirstSignal, sleep } from "../../protocol/mod.ts";
import { type Ledger, LedgerError, type LedgerTopic, type PreparedTransaction } from "./ledger.ts";
import { formatTransactionId, parseTransactionId, transferBytes } from "./transaction.ts";

// A message has at most 1,024 bytes: what is written at a time stays below half a megabyte.
const messagesPerBlock = 48;
const blocksPerCommit = 10;
const nanosPerMilli = 1_000_000;

/** A ledger of its own in the store, for one who needs no network: topics, ids and hashes in Hedera's manner. */
export class LocalLedger implements Ledger {
  readonly #topics: TopicRepository;
  readonly #clock: Clock;
  readonly #paymentDelay: number;

  /**
   * A transaction counts as paid when its client says that it is executed, and `paymentDelay` milliseconds after it was
   * prepared at the latest; with Infinity there is no such time.
   */
  constructor(options: { store: Store; clock: Clock; paymentDelay?: number }) {
    this.#topics = new TopicRepository(options.store);
    this.#clock = options.clock;
    this.#paymentDelay = options.paymentDelay ?? 0;
  }

  prepare({ payer, messages }: { payer: string; messages: number }): Promise<PreparedTransaction> {
    const now = this.#clock.now();
    const seconds = Math.floor(now / 1000);
    // Below the clock's resolution, so that no two are alike.
    const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
    const nanos = now % 1000 * nanosPerMilli + random % nanosPerMilli;
    return Promise.resolve({
      transactionId: formatTransactionId({ account: payer, seconds, nanos }),
      transactionBytes: transferBytes({ payer, seconds, nanos, memo: `Inscription of ${messages} messages` }),
    });
  }

  async awaitPayment(transactionId: string, signal: AbortSignal, said: AbortSignal): Promise<void> {
    using first = new FirstSignal(signal, said);
    const { seconds = 0, nanos = 0 } = parseTransactionId(transactionId) ?? {};
    const paidAt = seconds * 1000 + Math.floor(nanos / nanosPerMilli) + this.#paymentDelay;
    // Should the clock have been set back since, nobody waits for the time that it repeats.
    await sleep(this.#clock, Math.min(this.#paymentDelay, paidAt - this.#clock.now()), first.signal);
    signal.throwIfAborted();
  }

  async createTopic({ memo, reference }: { memo: string; reference: string }): Promise<string> {
    const head = { memo, length: 0, runningHash: emptyRunningHash, at: 0n };
    return `0.0.${await this.#topics.create(reference, head)}`;
  }

  async topicLength(topicId: string): Promise<number> {
    return (await this.#head(topicId)).length;
  }

  async appendMessages(topicId: string, length: number, messages: readonly string[]): Promise<number> {
    const head = await this.#head(topicId);
    if (head.length !== length) return head.length;
    const number = numberOf(topicId);
    const blocks = this.#cut(number, head, messages.slice(0, messagesPerBlock * blocksPerCommit));
    const last = blocks.at(-1);
    if (last === undefined) return length;
    const next = {
      memo: head.memo,
      length: last.first + last.messages.length - 1,
      runningHash: last.runningHash,
      at: last.at + BigInt(last.messages.length - 1),
    };
    if (await this.#topics.append(number, blocks, next)) return next.length;
    return await this.topicLength(topicId);
  }

  async read(topicId: string): Promise<LedgerTopic | null> {
    const number = numberOf(topicId);
    const head = await this.#topics.head(number);
    return head && { memo: head.memo, messages: this.#messages(number, head) };
  }

  /** Blocks with their times, each message a nanosecond at least after the one before it. */
  #cut(topic: number, head: TopicHead, messages: readonly string[]): TopicBlock[] {
    const now = BigInt(this.#clock.now()) * BigInt(nanosPerMilli);
    let at = now > head.at ? now : head.at + 1n;
    let { runningHash } = head;
    const blocks: TopicBlock[] = [];
    for (let start = 0; start < messages.length; start += messagesPerBlock) {
      const ofBlock = messages.slice(start, start + messagesPerBlock);
      const block = { first: head.length + start + 1, at, messages: ofBlock };
      runningHash = hashAfter(runningHash, topic, block);
      blocks.push({ ...block, runningHash });
      at += BigInt(ofBlock.length);
    }
    return blocks;
  }

  async *#messages(topic: number, head: TopicHead): AsyncIterableIterator<string> {
    let length = 0;
    let runningHash = emptyRunningHash;
    for await (const block of this.#topics.blocks(topic)) {
      if (block.first > head.length) break;
      runningHash = hashAfter(runningHash, topic, block);
      if (block.first !== length + 1 || !sameHash(runningHash, block.runningHash)) throw damaged(topic);
      length += block.messages.length;
      yield* block.messages;
    }
    if (length !== head.length || !sameHash(runningHash, head.runningHash)) throw damaged(topic);
  }

  async #head(topicId: string): Promise<TopicHead> {
    const head = await this.#topics.head(numberOf(topicId));
    if (head === null) throw new LedgerError(`Cannot find topic ${topicId}`, { temporary: false });
    return head;
  }
}

function hashAfter(
  previous: Uint8Array,
  topic: number,
  { first, at, messages }: Pick<TopicBlock, "first" | "at" | "messages">,
): Uint8Array {
  return messages.reduce(
    (hash, message, index) =>
      nextRunningHash(hash, { topic, sequence: first + index, at: at + BigInt(index), message }),
    previous,
  );
}

/** NaN, which no topic has, where it is not an id. */
function numberOf(topicId: string): number {
  return Number(/^0\.0\.([1-9]\d{0,14})$/.exec(topicId)?.[1]);
}

function damaged(topic: number): LedgerError {
  return new LedgerError(`Cannot read topic 0.0.${topic}: it does not match its running hash`, {
    temporary: false,
  });
}

/** Of a topic without messages. */
const emptyRunningHash: Uint8Array = new Uint8Array(48);

const nanosPerSecond = 1_000_000_000n;

/**
 * SHA-384 over the hash so far, the topic's number, the message's consensus time (seconds, nanoseconds) and sequence
 * number, all big-endian, and the SHA-384 of the message: what Hedera's own running hash covers, less the payer.
 */
function nextRunningHash(
  previous: Uint8Array,
  { topic, sequence, at, message }: { topic: number; sequence: number; at: bigint; message: string },
): Uint8Array {
  const place = new DataView(new ArrayBuffer(28));
  place.setBigUint64(0, BigInt(topic));
  place.setBigInt64(8, at / nanosPerSecond);
  place.setInt32(16, Number(at % nanosPerSecond));
  place.setBigUint64(20, BigInt(sequence));
  const digest = createHash("sha384").update(message).digest();
  return createHash("sha384").update(previous).update(new Uint8Array(place.buffer)).update(digest).digest();
}

/** Whether two hashes are the same. */
function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
