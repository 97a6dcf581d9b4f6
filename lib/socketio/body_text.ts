import type { ByteLease } from "../hub/byte_budget.ts";
import { Pace } from "../hub/pace.ts";
import { Pieces } from "../hub/pieces.ts";
import type { Clock } from "../protocol/clock.ts";

const tooLarge = Symbol("too large");

/** What bounds a body. */
export interface BodyBounds {
  /** Bytes. */
  readonly maxSize: number;
  readonly clock: Clock;
  /** On whose account it is held. */
  readonly lease?: ByteLease | undefined;
}

/** A request's body on its way in. */
export class BodyText {
  /** What {@link read} gives for a body over the limit. */
  static readonly tooLarge: typeof tooLarge = tooLarge;
  readonly #request: Request;
  readonly #bounds: BodyBounds;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;

  constructor(request: Request, bounds: BodyBounds) {
    this.#request = request;
    this.#bounds = bounds;
    this.#reader = request.body?.getReader();
  }

  /**
   * The text, bytes that are not UTF-8 replaced. Rejects when the client goes away, is too slow, sends pieces that are too
   * small, or there is no room for what it sends.
   */
  async read(): Promise<string | typeof tooLarge> {
    const { maxSize, clock } = this.#bounds;
    if (Number(this.#request.headers.get("content-length")) > maxSize) return this.#giveUp();
    let isLate = false;
    using pace = new Pace(clock, () => {
      isLate = true;
      this.cancel();
    });
    const decoder = new TextDecoder();
    const pieces = new Pieces();
    let text = "";
    for (let chunk = await this.#next(); chunk !== undefined; chunk = await this.#next()) {
      if (!await pieces.add(chunk.byteLength)) this.#refuse("the body comes in pieces that are too small");
      if (pieces.bytes > maxSize) return this.#giveUp();
      this.#hold(chunk.byteLength);
      pace.count(chunk.byteLength);
      text += decoder.decode(chunk, { stream: true });
    }
    if (isLate) throw new Error("the body comes too slowly");
    return text + decoder.decode();
  }

  /** Stops reading. */
  cancel(): void {
    this.#reader?.cancel().catch(() => {});
  }

  #hold(bytes: number): void {
    if (!(this.#bounds.lease?.take(bytes) ?? true)) this.#refuse("no room for more bytes of this client");
  }

  #refuse(why: string): never {
    this.cancel();
    throw new Error(why);
  }

  async #next(): Promise<Uint8Array | undefined> {
    return (await this.#reader?.read())?.value;
  }

  #giveUp(): typeof tooLarge {
    this.cancel();
    return tooLarge;
  }
}
