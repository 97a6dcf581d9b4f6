import { createHash } from "node:crypto";
import { type BlobClaim, blobPieceSize, type BlobRepository, type StoredFile } from "../engine/mod.ts";
import { Brotli } from "./brotli.ts";
import { InscriptionError } from "./errors.ts";
import { detectType, sniffLength } from "./input/detect_type.ts";
import { extensionOf } from "./input/mime_types.ts";
import { PieceCutter } from "./piece_cutter.ts";

// Compressing more than that at once would hold everybody else up.
const sliceSize = 64 * 1024;

/** Takes a file into the store as it comes in: compressed and in pieces, never whole in memory. */
export class FileStage {
  readonly claim: BlobClaim;
  readonly #blobs: BlobRepository;
  readonly #hash = createHash("sha256");
  readonly #compressor = Brotli.compressor();
  readonly #cutter = new PieceCutter(blobPieceSize);
  readonly #head = new Uint8Array(sniffLength);
  #size = 0;
  #payloadSize = 0;
  #pieces = 0;

  constructor(blobs: BlobRepository, claim: BlobClaim) {
    this.#blobs = blobs;
    this.claim = claim;
  }

  /** Takes the next bytes, which are the caller's again when it resolves. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let start = 0; start < bytes.length; start += sliceSize) {
      await this.#take(bytes.slice(start, start + sliceSize));
    }
  }

  /** Everything was written: answers what the file is. Throws an {@link InscriptionError}. */
  async finish(claim: { declared: string | null; name: string | null }): Promise<StoredFile> {
    if (this.#size === 0) throw new InscriptionError("invalid_request", "Cannot inscribe file: it is empty");
    const mimeType = await detectType(this.#head.subarray(0, this.#size), claim);
    await this.#keep(await this.#compressor.end());
    await this.#write(this.#cutter.rest());
    const name = claim.name ?? `file.${extensionOf(mimeType)}`;
    const hash = this.#hash.digest("hex");
    return { name, mimeType, size: this.#size, hash, payloadSize: this.#payloadSize };
  }

  close(): void {
    this.#compressor.close();
  }

  async #take(slice: Uint8Array): Promise<void> {
    if (this.#size < sniffLength) this.#head.set(slice.subarray(0, sniffLength - this.#size), this.#size);
    this.#size += slice.length;
    this.#hash.update(slice);
    await this.#keep(await this.#compressor.write(slice));
  }

  async #keep(output: readonly Uint8Array[]): Promise<void> {
    for (const bytes of output) await this.#write(this.#cutter.cut(bytes));
  }

  async #write(pieces: readonly Uint8Array[]): Promise<void> {
    await this.#blobs.write(this.claim, this.#pieces, pieces);
    this.#pieces += pieces.length;
    for (const piece of pieces) this.#payloadSize += piece.length;
  }
}
