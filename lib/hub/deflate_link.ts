import type { Deflater } from "./deflater.ts";
import type { Frame, Link } from "./link.ts";

/** A link that sends larger text frames as binary ones of raw deflate. */
export class DeflateLink implements Link {
  readonly #link: Link;
  readonly #deflater: Deflater;

  constructor(link: Link, deflater: Deflater) {
    this.#link = link;
    this.#deflater = deflater;
  }

  get bufferedAmount(): number {
    return this.#link.bufferedAmount;
  }

  send(frame: Frame): void {
    this.#link.send(typeof frame === "string" ? this.#deflater.deflate(frame) : frame);
  }

  close(code: number, reason: string): void {
    this.#link.close(code, reason);
  }

  sever(): void {
    this.#link.sever();
  }
}
