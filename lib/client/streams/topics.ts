import type { StreamMessage } from "../../protocol/streams.ts";
import type { StreamTokens, TokenSource } from "./stream_tokens.ts";

type Listener = (message: StreamMessage) => void;
type ErrorListener = (error: string) => void;

interface Topic {
  readonly listeners: Set<{ readonly listener: Listener; readonly onError: ErrorListener | undefined }>;
  newest: StreamMessage | undefined;
  /** Why the server does not send this stream. */
  refusal: string | undefined;
}

/** How somebody listens to a stream. */
export interface SubscribeOptions {
  /** Told when the server does not send the stream, when no token can be had, and what the listener throws. */
  readonly onError?: ((error: string) => void) | undefined;
  /** For a stream that needs one. A function is called again whenever the server wants another. */
  readonly token?: TokenSource | undefined;
}

/** The streams that somebody listens to. */
export class Topics {
  readonly #topics = new Map<string, Topic>();
  readonly #tokens: StreamTokens;
  readonly #changed: () => void;

  /** `changed` is called when a stream was added, or may have become one that nobody listens to. */
  constructor(tokens: StreamTokens, changed: () => void) {
    this.#tokens = tokens;
    this.#changed = changed;
  }

  get empty(): boolean {
    return this.#topics.size === 0;
  }

  /** The streams to ask the server for. */
  get names(): string[] {
    return [...this.#topics].filter(([, { refusal }]) => refusal === undefined).map(([name]) => name)
      .filter((name) => this.#tokens.isReady(name));
  }

  /** What to show for these streams. */
  tokensFor(streams: readonly string[]): string[] {
    return this.#tokens.of(streams);
  }

  has(stream: string): boolean {
    return this.#topics.has(stream);
  }

  /** Adds a listener, who gets the newest message or the refusal at once; the answer takes it away. */
  add(stream: string, listener: Listener, { onError, token }: SubscribeOptions = {}): () => void {
    const topic = this.#topics.get(stream) ?? { listeners: new Set(), newest: undefined, refusal: undefined };
    const entry = { listener, onError };
    topic.listeners.add(entry);
    this.#topics.set(stream, topic);
    if (token !== undefined) {
      this.#tokens.set(stream, token);
      topic.refusal = undefined;
    }
    this.#changed();
    const { newest, refusal } = topic;
    if (newest !== undefined) guarded(() => listener(newest), onError, stream);
    if (refusal !== undefined) guarded(() => onError?.(refusal));
    return () => {
      if (topic.listeners.delete(entry)) this.#changed();
    };
  }

  deliver(message: StreamMessage): void {
    const topic = this.#topics.get(message.type);
    if (topic === undefined) return;
    topic.newest = message;
    // Who comes or goes meanwhile has been served by that.
    for (const entry of [...topic.listeners]) {
      if (!topic.listeners.has(entry)) continue;
      guarded(() => entry.listener(message), entry.onError, message.type);
    }
  }

  /** The server sends this stream. */
  accept(stream: string): void {
    this.#tokens.accepted(stream);
  }

  /** The stream's token is taken no more. False: no other can be had. */
  renew(stream: string): boolean {
    return this.#topics.has(stream) && this.#tokens.renew(stream);
  }

  /** No token could be had for now. */
  fail(stream: string, error: string): void {
    for (const { onError } of [...this.#topics.get(stream)?.listeners ?? []]) guarded(() => onError?.(error));
  }

  /** The server does not send this stream: nobody asks again until {@link forgive}. */
  refuse(stream: string, error: string): void {
    const topic = this.#topics.get(stream);
    if (topic === undefined) return;
    topic.refusal = error;
    for (const { onError } of [...topic.listeners]) guarded(() => onError?.(error));
  }

  /** Lets refused streams be asked for again: another server may have them. */
  forgive(): void {
    for (const topic of this.#topics.values()) topic.refusal = undefined;
  }

  /** Drops streams that nobody listens to any more, and answers with them. */
  prune(): string[] {
    const gone = [...this.#topics].filter(([, { listeners }]) => listeners.size === 0).map(([name]) => name);
    for (const name of gone) {
      this.#topics.delete(name);
      this.#tokens.forget(name);
    }
    return gone;
  }

  /** Takes all listeners away. */
  clear(): void {
    for (const { listeners } of this.#topics.values()) listeners.clear();
    this.#changed();
  }
}

/** Keeps what a listener throws from all others; the one who gave the listener is told. */
function guarded(call: () => void, onError?: ErrorListener, stream?: string): void {
  try {
    call();
  } catch (error) {
    if (onError !== undefined) guarded(() => onError(`A listener of ${stream} failed: ${error}`));
  }
}
