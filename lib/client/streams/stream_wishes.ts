import type { StreamData } from "../../protocol/streams.ts";
import { EventHub } from "../event_hub.ts";

/** The streams that a component wants. */
export class StreamWishes {
  readonly #names: Set<keyof StreamData>;
  readonly #hub = new EventHub<void>();

  constructor(names: Iterable<keyof StreamData> = []) {
    this.#names = new Set(names);
  }

  get names(): readonly (keyof StreamData)[] {
    return [...this.#names];
  }

  /** Wants a stream; the same function for ever, as are all of its kind. */
  readonly add = (stream: keyof StreamData): void => {
    this.#names.add(stream);
    this.#tell();
  };

  readonly delete = (stream: keyof StreamData): void => {
    this.#names.delete(stream);
    this.#tell();
  };

  /** Calls `listener` when there may be a change; the answer stops that. */
  onChange(listener: () => void): () => void {
    return this.#hub.subscribe(listener);
  }

  #tell(): void {
    this.#hub.emit(undefined, () => {});
  }
}
