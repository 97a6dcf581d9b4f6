import type { Engine } from "../../lib/engine/mod.ts";
import { LedgerError } from "../../lib/inscriptions/mod.ts";
import type { Ledger } from "../../lib/inscriptions/ledger/ledger.ts";
import { LocalLedger } from "../../lib/inscriptions/ledger/local_ledger.ts";
import type { Clock } from "../../lib/protocol/mod.ts";

/** What a test puts before the local ledger's own doing. */
export interface Interference {
  readonly onAppend?: (topicId: string, length: number) => Promise<void> | void;
  readonly onPayment?: (transactionId: string, signal: AbortSignal) => Promise<void>;
  readonly onPrepare?: () => void;
  /** Somebody who read a topic's messages has stopped, at their end or before it. */
  readonly onLeave?: () => void;
}

/** A local ledger that a test holds up or lets fail. */
export function disturbed(
  options: { store: Engine; clock: Clock },
  { onAppend, onPayment, onPrepare, onLeave }: Interference,
): Ledger {
  const ledger = new LocalLedger(options);
  return {
    prepare(order) {
      try {
        onPrepare?.();
      } catch (error) {
        return Promise.reject(error);
      }
      return ledger.prepare(order);
    },
    awaitPayment: (transactionId, signal, said) =>
      onPayment?.(transactionId, signal) ?? ledger.awaitPayment(transactionId, signal, said),
    createTopic: (topic) => ledger.createTopic(topic),
    topicLength: (topicId) => ledger.topicLength(topicId),
    async appendMessages(topicId, length, messages) {
      await onAppend?.(topicId, length);
      return await ledger.appendMessages(topicId, length, messages);
    },
    async read(topicId) {
      const topic = await ledger.read(topicId);
      return topic && { ...topic, messages: watched(topic.messages, onLeave ?? (() => {})) };
    },
  };
}

async function* watched(messages: AsyncIterable<string>, onLeave: () => void): AsyncIterableIterator<string> {
  try {
    yield* messages;
  } finally {
    onLeave();
  }
}

export function down(temporary = true): LedgerError {
  return new LedgerError("The ledger is down", { temporary });
}
