import { deflateRawSync } from "node:zlib";
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

/** Characters below which deflating saves less than it costs. */
const threshold = 256;
const maxCached = 2 ** 22;

/** Deflates text frames (RFC 1951), each once, however many links send it. */
export class Deflater {
  /** In the order of their making. */
  readonly #made = new Map<string, Frame>();
  #cached = 0;

  /** The frame to send in place of `text`; the text itself when it is short. */
  deflate(text: string): Frame {
    if (text.length < threshold) return text;
    const known = this.#made.get(text);
    if (known !== undefined) return known;
    const frame = new Uint8Array(deflateRawSync(text));
    this.#keep(text, frame);
    return frame;
  }

  #keep(text: string, frame: Frame): void {
    this.#made.set(text, frame);
    this.#cached += text.length;
    for (const oldest of this.#made.keys()) {
      if (this.#cached <= maxCached) return;
      this.#made.delete(oldest);
      this.#cached -= oldest.length;
    }
  }
}
