/** Runs a task before the next picture is drawn. */
export type RequestFrame = (task: () => void) => void;

interface Publishable {
  publish(): void;
}

/** Publishes what changed once a picture, however often it changed. */
export class Frames {
  readonly #request: RequestFrame;
  readonly #waiting = new Set<Publishable>();

  constructor(request: RequestFrame) {
    this.#request = request;
  }

  ask(slice: Publishable): void {
    if (this.#waiting.size === 0) this.#request(() => this.#publish());
    this.#waiting.add(slice);
  }

  #publish(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const slice of waiting) slice.publish();
  }
}

/** A part of what the page shows; a store as React's `useSyncExternalStore` takes it. */
export class Slice<Value> {
  readonly #frames: Frames;
  readonly #listeners = new Set<() => void>();
  #value: Value;
  #next: Value;

  constructor(frames: Frames, initial: Value) {
    this.#frames = frames;
    this.#value = this.#next = initial;
  }

  /** What is shown now. */
  get value(): Value {
    return this.#value;
  }

  /** What will be shown with the next picture. */
  get next(): Value {
    return this.#next;
  }

  offer(value: Value): void {
    this.#next = value;
    this.#frames.ask(this);
  }

  publish(): void {
    if (Object.is(this.#value, this.#next)) return;
    this.#value = this.#next;
    for (const listener of this.#listeners) listener();
  }

  readonly subscribe = (listener: () => void): () => void => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };
}
