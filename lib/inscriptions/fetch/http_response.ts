/** The beginning of an answer: status and headers, names in lower case. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
}

/** Whatever bytes can be read from, such as a connection. */
export interface ByteSource {
  read(buffer: Uint8Array): Promise<number | null>;
}

const maxHeadSize = 64 * 1024;
const maxLineLength = 16 * 1024;
const maxInterim = 8;

/** An HTTP/1.1 answer as it comes in (RFC 9112), every line of bounded length. Throws where it is malformed. */
export class HttpResponse {
  readonly #source: ByteSource;
  readonly #chunk = new Uint8Array(64 * 1024);
  #buffered: Uint8Array = new Uint8Array(0);

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Status and headers; interim answers such as 103 are skipped. */
  async head(): Promise<ResponseHead> {
    for (let interim = 0; interim < maxInterim; interim += 1) {
      const match = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(await this.#line());
      if (match === null) throw new SyntaxError("malformed status line");
      const headers = await this.#headers();
      const status = Number(match[1]);
      if (status >= 200) return { status, headers };
    }
    throw new SyntaxError("too many interim answers");
  }

  /** The body in pieces that are the receiver's until it asks for the next one. */
  body({ headers }: ResponseHead): AsyncIterableIterator<Uint8Array> {
    const encoding = headers.get("transfer-encoding");
    const length = headers.get("content-length");
    if (encoding !== undefined) {
      if (encoding.toLowerCase() !== "chunked") throw new SyntaxError("unknown transfer encoding");
      return this.#chunked();
    }
    if (length === undefined) return this.#untilClose();
    if (!/^\d{1,15}$/.test(length)) throw new SyntaxError("malformed content length");
    return this.#exactly(Number(length));
  }

  async #headers(): Promise<Map<string, string>> {
    const headers = new Map<string, string>();
    let size = 0;
    for (let line = await this.#line(); line !== ""; line = await this.#line()) {
      size += line.length;
      const match = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*?)[ \t]*$/.exec(line);
      if (match === null || size > maxHeadSize) throw new SyntaxError("malformed headers");
      headers.set(match[1]?.toLowerCase() ?? "", match[2] ?? "");
    }
    return headers;
  }

  async *#chunked(): AsyncIterableIterator<Uint8Array> {
    for (;;) {
      const match = /^([\da-f]{1,12})[ \t]*(?:;.*)?$/i.exec(await this.#line());
      if (match === null) throw new SyntaxError("malformed chunk");
      const size = parseInt(match[1] ?? "", 16);
      if (size === 0) break;
      yield* this.#exactly(size);
      if (await this.#line() !== "") throw new SyntaxError("malformed chunk");
    }
    await this.#headers();
  }

  async *#exactly(size: number): AsyncIterableIterator<Uint8Array> {
    for (let left = size; left > 0;) {
      if (this.#buffered.length === 0 && !await this.#fill()) {
        throw new SyntaxError("the answer was cut short");
      }
      const piece = this.#buffered.subarray(0, left);
      this.#buffered = this.#buffered.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  async *#untilClose(): AsyncIterableIterator<Uint8Array> {
    while (this.#buffered.length > 0 || await this.#fill()) {
      const piece = this.#buffered;
      this.#buffered = piece.subarray(piece.length);
      yield piece;
    }
  }

  /** One line without its end. */
  async #line(): Promise<string> {
    let line = "";
    for (;;) {
      const end = this.#buffered.indexOf(10);
      line += latin1(this.#buffered.subarray(0, end < 0 ? undefined : end));
      if (line.length > maxLineLength) throw new SyntaxError("a line is too long");
      this.#buffered = this.#buffered.subarray(end < 0 ? this.#buffered.length : end + 1);
      if (end >= 0) return line.endsWith("\r") ? line.slice(0, -1) : line;
      if (!await this.#fill()) throw new SyntaxError("the answer was cut short");
    }
  }

  async #fill(): Promise<boolean> {
    const count = await this.#source.read(this.#chunk);
    if (count === null) return false;
    this.#buffered = this.#chunk.subarray(0, count);
    return true;
  }
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}
