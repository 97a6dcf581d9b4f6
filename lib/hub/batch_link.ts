import type { Clock } from "../protocol/mod.ts";
import type { Frame, Link } from "./link.ts";

/** A link that gathers what is sent within a tick, and sends it as one JSON array. */
export class BatchLink implements Link {
  readonly #link: Link;
  readonly #batcher: Batcher;
  #gathered: string[] = [];
  #size = 0;

  constructor(link: Link, batcher: Batcher) {
    this.#link = link;
    this.#batcher = batcher;
  }

  get bufferedAmount(): number {
    return this.#size + this.#link.bufferedAmount;
  }

  send(frame: Frame): void {
    if (typeof frame !== "string") return this.#link.send(frame);
    if (this.#gathered.length === 0) this.#batcher.add(this);
    this.#gathered.push(frame);
    this.#size += frame.length;
  }

  close(code: number, reason: string): void {
    this.flush({ join: (frames) => `[${frames.join()}]` });
    this.#link.close(code, reason);
  }

  sever(): void {
    this.#link.sever();
  }

  /** Sends what is gathered. */
  flush(encoder: ArrayEncoder): void {
    if (this.#gathered.length === 0) return;
    const frames = this.#gathered;
    this.#gathered = [];
    this.#size = 0;
    this.#link.send(encoder.join(frames));
  }
}

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
interface ArrayEncoder {
  join(frames: readonly string[]): string;
}
