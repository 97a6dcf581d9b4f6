import type { Clock } from "../protocol/mod.ts";
import type { BatchLink } from "./batch_link.ts";

/** Milliseconds; what the polls of one moment bring arrives within it. */
const tick = 50;

/** Sends what batching links have gathered within a tick, with one timer and one encoding for all of them. */
export class Batcher {
  readonly #clock: Clock;
  #gathering: BatchLink[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Has `link` send what it gathers, when the tick is over. */
  add(link: BatchLink): void {
    if (this.#gathering.length === 0) this.#clock.after(tick, () => this.#flush());
    this.#gathering.push(link);
  }

  #flush(): void {
    const links = this.#gathering;
    this.#gathering = [];
    const encoded = new SharedArrays();
    for (const link of links) link.flush(encoded);
  }
}

/** JSON arrays of frames, each made once. */
class SharedArrays {
  readonly #numbers = new Map<string, number>();
  readonly #made = new Map<string, string>();

  join(frames: readonly string[]): string {
    const key = frames.map((frame) => this.#numberOf(frame)).join();
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const array = `[${frames.join()}]`;
    this.#made.set(key, array);
    return array;
  }

  #numberOf(frame: string): number {
    const known = this.#numbers.get(frame) ?? this.#numbers.size;
    this.#numbers.set(frame, known);
    return known;
  }
}

/** Makes JSON arrays of JSON texts. */
export interface ArrayEncoder {
  join(frames: readonly string[]): string;
}
