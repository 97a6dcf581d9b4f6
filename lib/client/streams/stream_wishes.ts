import { EventHub } from "../event_hub.ts";
import type { TokenSource } from "./stream_tokens.ts";

/** A stream that a component wants. */
interface StreamWish {
  readonly stream: string;
  /** Where it needs one. */
  readonly token: TokenSource | undefined;
}

/** The streams that a component wants. */
export class StreamWishes {
  readonly #wishes: Map<string, StreamWish>;
  readonly #hub = new EventHub<void>();

  constructor(wishes: Iterable<StreamWish> = []) {
    this.#wishes = new Map(Array.from(wishes, (wish) => [wish.stream, wish]));
  }

  get all(): readonly StreamWish[] {
    return [...this.#wishes.values()];
  }

  has(stream: string): boolean {
    return this.#wishes.has(stream);
  }

  /** Wants a stream; the same function for ever, as are all of its kind. */
  readonly add = (stream: string, token?: TokenSource): void => {
    this.#wishes.set(stream, { stream, token });
    this.#tell();
  };

  readonly delete = (stream: string): void => {
    this.#wishes.delete(stream);
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
