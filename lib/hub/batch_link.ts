import type { ArrayEncoder, Batcher } from "./batcher.ts";
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
