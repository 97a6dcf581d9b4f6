/** A transaction for the client to execute. */
export interface PreparedTransaction {
  /** As `0.0.ACCOUNT@SECONDS.NANOS`, nanoseconds with nine digits. */
  readonly transactionId: string;
  /** Base64 of a Hedera `TransactionList`. */
  readonly transactionBytes: string;
}

/** A topic as it is read back. */
export interface LedgerTopic {
  readonly memo: string;
  /** In sequence. Throws a {@link LedgerError} where what is there is not what was appended. */
  readonly messages: AsyncIterable<string>;
}

/**
 * Where inscriptions go. Every call may be made again after a crash, and throws a {@link LedgerError} where it fails.
 */
export interface Ledger {
  /** Prepares what the payer has to execute before `messages` messages are appended. */
  prepare(order: { readonly payer: string; readonly messages: number }): Promise<PreparedTransaction>;
  /**
   * Resolves when the transaction is executed; rejects with the signal's reason when that comes first. `said` aborts when
   * the client says that it has executed it, of which a ledger makes what it will.
   */
  awaitPayment(transactionId: string, signal: AbortSignal, said: AbortSignal): Promise<void>;
  /** Makes a topic and answers its id, the same one whenever it is asked for with the same reference. */
  createTopic(topic: { readonly memo: string; readonly reference: string }): Promise<string>;
  /** How many messages a topic has. */
  topicLength(topicId: string): Promise<number>;
  /**
   * Appends messages behind the first `length`, all of them or the first few. Where the topic has another length by now,
   * nothing is appended.
   *
   * @returns how many messages the topic has then
   */
  appendMessages(topicId: string, length: number, messages: readonly string[]): Promise<number>;
  /** A topic; null when there is none with that id. */
  read(topicId: string): Promise<LedgerTopic | null>;
}

/** The ledger did not do what it was asked for. Its message is fit to be shown. */
export class LedgerError extends Error {
  override readonly name = "LedgerError";
  /** Whether the same may succeed later. */
  readonly temporary: boolean;

  constructor(message: string, options: { temporary: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.temporary = options.temporary;
  }
}
