import type { Link } from "./link.ts";

/** The other side ended the connection before what was waited for had come. */
class Ended extends Error {
  override readonly name = "Ended";
}

/** The other side sent what its protocol does not allow, or more than anybody would take. */
export class Violation extends Error {
  override readonly name = "Violation";
}

/** Takes a connection's bytes in pieces of the asked size. */
export class Reader {
  readonly #link: Link;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(link: Link) {
    this.#link = link;
  }

  /** What has come in, at least one byte; null at the end. */
  async some(): Promise<Uint8Array | null> {
    if (this.#rest.length === 0) return await this.#link.read();
    const taken = this.#rest;
    this.#rest = new Uint8Array(0);
    return taken;
  }

  /** The next `count` bytes. Throws {@link Ended}. */
  async exactly(count: number): Promise<Uint8Array> {
    while (this.#rest.length < count) await this.#fill();
    return this.#take(count);
  }

  /** Text up to a line break, without it. Throws {@link Ended} and, above `longest` bytes, {@link Violation}. */
  async line(longest: number): Promise<string> {
    for (let from = 0;;) {
      const end = this.#rest.indexOf(10, from);
      if (end > longest || (end < 0 && this.#rest.length > longest)) {
        throw new Violation(`a line is longer than ${longest} bytes`);
      }
      if (end >= 0) return new TextDecoder().decode(this.#take(end + 1)).replace(/\r?\n$/, "");
      from = this.#rest.length;
      await this.#fill();
    }
  }

  async #fill(): Promise<void> {
    const more = await this.#link.read();
    if (more === null) throw new Ended("the connection ended");
    if (this.#rest.length === 0) {
      this.#rest = more;
      return;
    }
    const joined = new Uint8Array(this.#rest.length + more.length);
    joined.set(this.#rest);
    joined.set(more, this.#rest.length);
    this.#rest = joined;
  }

  #take(count: number): Uint8Array {
    const taken = this.#rest.subarray(0, count);
    this.#rest = this.#rest.subarray(count);
    return taken;
  }
}
