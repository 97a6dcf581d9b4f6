import type { Envelope } from "../protocol/mod.ts";
import { type Context, problem } from "./context.ts";

/** A verified message of the validator, as handlers get it. */
export interface ValidatorMessage {
  /** Which handlers get it. */
  readonly type: string;
  /** The validator's hotkey. */
  readonly sender: string;
  /** What the message is about. */
  readonly data: Readonly<Record<string, unknown>>;
  /** ISO 8601, as the validator wrote it. */
  readonly timestamp: string;
  /** The validator's own, which no other message of its has. */
  readonly nonce: string;
}

/** What is called with messages of a type. */
export type MessageHandler = (message: ValidatorMessage) => void | Promise<void>;

/** Handlers by message type. What a handler throws is reported and goes no further. */
export class Handlers {
  readonly #context: Context;
  readonly #handlers = new Map<string, Set<MessageHandler>>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** Calls `handler` with every message of a type; the answer stops that. */
  on(type: string, handler: MessageHandler): () => void {
    const handlers = this.#handlers.get(type) ?? new Set();
    this.#handlers.set(type, handlers.add(handler));
    return () => void handlers.delete(handler);
  }

  dispatch({ type, signer, data, timestamp, nonce }: Envelope): void {
    for (const handler of this.#handlers.get(type) ?? []) {
      void this.#call(handler, { type, sender: signer, data, timestamp, nonce });
    }
  }

  async #call(handler: MessageHandler, message: ValidatorMessage): Promise<void> {
    try {
      await handler(message);
    } catch (error) {
      problem(this.#context, "handler_failed", `A handler of ${message.type} failed: ${error}`);
    }
  }
}
