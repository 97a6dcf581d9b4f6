/** Hands events to listeners and to iterators. */
export class EventHub<T> {
  readonly #listeners = new Set<(event: T) => void>();
  readonly #queues = new Set<EventQueue<T>>();

  /** Calls `listener` with every event from now on; the answer stops that. */
  subscribe(listener: (event: T) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Every event from now on, until {@link end}. */
  iterate(): AsyncIterableIterator<T> {
    const queue = new EventQueue<T>((stopped) => this.#queues.delete(stopped));
    this.#queues.add(queue);
    return queue;
  }

  /** A listener's exception is handed to `failed` and keeps the event from no other listener. */
  emit(event: T, failed: (error: unknown) => void): void {
    for (const queue of this.#queues) queue.push(event);
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        failed(error);
      }
    }
  }

  /** Lets iterators end once they have handed out what they hold. */
  end(): void {
    for (const queue of this.#queues) queue.end();
  }
}

class EventQueue<T> implements AsyncIterableIterator<T> {
  readonly #events: T[] = [];
  readonly #stopped: (queue: EventQueue<T>) => void;
  #ended = false;
  #wake = () => {};

  constructor(stopped: (queue: EventQueue<T>) => void) {
    this.#stopped = stopped;
  }

  push(event: T): void {
    this.#events.push(event);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async next(): Promise<IteratorResult<T>> {
    while (this.#events.length === 0 && !this.#ended) await this.#news();
    if (this.#events.length === 0) return { done: true, value: undefined };
    return { done: false, value: this.#events.shift() as T };
  }

  return(): Promise<IteratorResult<T>> {
    this.#stopped(this);
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    return this;
  }

  #news(): Promise<void> {
    return new Promise((resolve) => this.#wake = resolve);
  }
}
