const tooLarge = Symbol("too large");

/** A request's body on its way in. */
export class BodyText {
  /** What {@link read} gives for a body over the limit. */
  static readonly tooLarge: typeof tooLarge = tooLarge;
  readonly #request: Request;
  readonly #maxSize: number;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;

  constructor(request: Request, maxSize: number) {
    this.#request = request;
    this.#maxSize = maxSize;
    this.#reader = request.body?.getReader();
  }

  /** The text, bytes that are not UTF-8 replaced. Rejects when the client goes away. */
  async read(): Promise<string | typeof tooLarge> {
    if (Number(this.#request.headers.get("content-length")) > this.#maxSize) return this.#giveUp();
    const decoder = new TextDecoder();
    let size = 0;
    let text = "";
    for (let chunk = await this.#next(); chunk !== undefined; chunk = await this.#next()) {
      size += chunk.byteLength;
      if (size > this.#maxSize) return this.#giveUp();
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  }

  /** Stops reading. */
  cancel(): void {
    this.#reader?.cancel().catch(() => {});
  }

  async #next(): Promise<Uint8Array | undefined> {
    return (await this.#reader?.read())?.value;
  }

  #giveUp(): typeof tooLarge {
    this.cancel();
    return tooLarge;
  }
}
