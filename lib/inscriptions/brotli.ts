import { constants, createBrotliCompress, createBrotliDecompress } from "node:zlib";

type Transform = ReturnType<typeof createBrotliCompress>;

// Close to what the best level reaches, at a tenth of its time.
const quality = 4;

/** Compresses or decompresses piece by piece. */
export class Brotli {
  readonly #transform: Transform;
  #output: Uint8Array[] = [];
  /** It may fail between two calls, when nobody waits. */
  #failure: Error | undefined;
  #fail: ((error: Error) => void) | undefined;

  private constructor(transform: Transform) {
    this.#transform = transform;
    transform.on("error", (error: Error) => {
      this.#failure = error;
      this.#fail?.(error);
    });
    transform.on("data", (piece: Uint8Array) => this.#output.push(piece));
  }

  static compressor(): Brotli {
    return new Brotli(createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: quality } }));
  }

  static decompressor(): Brotli {
    return new Brotli(createBrotliDecompress());
  }

  /** Takes a piece in and answers what has come out so far. */
  write(piece: Uint8Array): Promise<Uint8Array[]> {
    return this.#settled((done) => this.#transform.write(piece, done));
  }

  /** Answers the rest. */
  end(): Promise<Uint8Array[]> {
    return this.#settled((done) => {
      this.#transform.once("end", done);
      this.#transform.end();
    });
  }

  /** Gives up what is held. */
  close(): void {
    this.#transform.destroy();
  }

  async #settled(act: (done: (error?: Error | null) => void) => void): Promise<Uint8Array[]> {
    // Nothing that lives as long as the transform may gather what each call leaves: there can be millions of them.
    await new Promise<void>((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      this.#fail = reject;
      act((error) => error ? reject(error) : resolve());
    });
    const output = this.#output;
    this.#output = [];
    return output;
  }
}
