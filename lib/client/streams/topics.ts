import type { StreamMessage } from "../../protocol/streams.ts";

type Listener = (message: StreamMessage) => void;
type ErrorListener = (error: string) => void;

interface Topic {
  readonly listeners: Set<{ readonly listener: Listener; readonly onError: ErrorListener | undefined }>;
  newest: StreamMessage | undefined;
  /** Why the server does not send this stream. */
  refusal: string | undefined;
}

/** The streams that somebody listens to. */
export class Topics {
  readonly #topics = new Map<string, Topic>();
  readonly #changed: () => void;

  /** `changed` is called when a stream was added, or may have become one that nobody listens to. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get empty(): boolean {
    return this.#topics.size === 0;
  }

  /** The streams to ask the server for. */
  get names(): string[] {
    return [...this.#topics].filter(([, { refusal }]) => refusal === undefined).map(([name]) => name);
  }

  has(stream: string): boolean {
    return this.#topics.has(stream);
  }

  /** Adds a listener, who gets the newest message or the refusal at once; the answer takes it away. */
  add(stream: string, listener: Listener, onError: ErrorListener | undefined): () => void {
    const topic = this.#topics.get(stream) ?? { listeners: new Set(), newest: undefined, refusal: undefined };
    const entry = { listener, onError };
    topic.listeners.add(entry);
    this.#topics.set(stream, topic);
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
    for (const name of gone) this.#topics.delete(name);
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
