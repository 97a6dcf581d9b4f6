import { createHash } from "node:crypto";
import { type BlobClaim, blobPieceSize, type BlobRepository, type StoredFile } from "../engine/mod.ts";
import { Brotli } from "./brotli.ts";
import { InscriptionError } from "./errors.ts";
import { detectType, sniffLength } from "./input/detect_type.ts";
import type { Metadata } from "./input/metadata.ts";
import { extensionOf } from "./input/mime_types.ts";
import type { Cluster } from "./instances.ts";

/** What is kept for a job while it lives: its file and its JSON as they go to the ledger, and the metadata as given. */
type Part = "file" | "json" | "metadata";

/** The files of jobs that have not ended. */
export class JobFiles {
  readonly #blobs: BlobRepository;
  readonly #cluster: Cluster;

  constructor(blobs: BlobRepository, cluster: Cluster) {
    this.#blobs = blobs;
    this.#cluster = cluster;
  }

  async stage(jobId: string): Promise<FileStage> {
    return new FileStage(this.#blobs, await this.#claim(jobId, "file"));
  }

  /** Takes in the JSON that a job makes of its metadata; the same again when it is made again. */
  async stageJson(jobId: string, json: Metadata): Promise<StoredFile> {
    const stage = new FileStage(this.#blobs, await this.#claim(jobId, "json"));
    try {
      await stage.write(new TextEncoder().encode(JSON.stringify(json)));
      return await stage.finish({ declared: "application/json", name: "metadata.json" });
    } finally {
      stage.close();
    }
  }

  reader(jobId: string, part: "file" | "json"): PayloadReader {
    return new PayloadReader(this.#blobs, blobId(jobId, part));
  }

  async keepMetadata(jobId: string, metadata: Metadata): Promise<BlobClaim> {
    const claim = await this.#claim(jobId, "metadata");
    const bytes = new TextEncoder().encode(JSON.stringify(metadata));
    const cutter = new PieceCutter(blobPieceSize);
    await this.#blobs.write(claim, 0, [...cutter.cut(bytes), ...cutter.rest()]);
    return claim;
  }

  async metadata(jobId: string): Promise<Metadata> {
    const decoder = new TextDecoder();
    let text = "";
    for (let index = 0;; index += 1) {
      const piece = await this.#blobs.piece(blobId(jobId, "metadata"), index);
      if (piece === null) return JSON.parse(text + decoder.decode());
      text += decoder.decode(piece, { stream: true });
    }
  }

  /** Nothing of the job is needed any more. */
  async remove(jobId: string): Promise<void> {
    for (const part of ["file", "json", "metadata"] as const) await this.#blobs.remove(blobId(jobId, part));
  }

  /** Removes what is of no use any more, as `isLeft` judges by its job and by who claims it. */
  async sweep(isLeft: (jobId: string, owner: string) => Promise<boolean>): Promise<void> {
    for await (const claim of this.#blobs.claims()) {
      if (!await isLeft(claim.id.split(":", 1)[0] ?? "", claim.owner)) continue;
      if (await this.#blobs.seize(claim, this.#cluster.self)) await this.#blobs.remove(claim.id);
    }
  }

  async #claim(jobId: string, part: Part): Promise<BlobClaim> {
    return await this.#blobs.open(blobId(jobId, part), this.#cluster.self);
  }
}

function blobId(jobId: string, part: Part): string {
  return `${jobId}:${part}`;
}

// Compressing more than that at once would hold everybody else up.
const sliceSize = 64 * 1024;

/** Takes a file into the store as it comes in: compressed and in pieces, never whole in memory. */
class FileStage {
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

/** Cuts bytes that come as they come into pieces of one size. */
class PieceCutter {
  readonly #size: number;
  #open: Uint8Array;
  #filled = 0;

  constructor(size: number) {
    this.#size = size;
    this.#open = new Uint8Array(size);
  }

  /** Takes bytes in and answers the pieces that are full with them. */
  cut(bytes: Uint8Array): Uint8Array[] {
    const full: Uint8Array[] = [];
    for (let start = 0; start < bytes.length;) {
      const part = bytes.subarray(start, start + this.#size - this.#filled);
      this.#open.set(part, this.#filled);
      this.#filled += part.length;
      start += part.length;
      if (this.#filled === this.#size) full.push(...this.rest());
    }
    return full;
  }

  /** The piece that is not full, if there is one. */
  rest(): Uint8Array[] {
    if (this.#filled === 0) return [];
    const piece = this.#open.subarray(0, this.#filled);
    this.#open = new Uint8Array(this.#size);
    this.#filled = 0;
    return [piece];
  }
}

/** Reads ranges of a blob, best in order: the piece that was read last is kept. */
export class PayloadReader {
  readonly #blobs: BlobRepository;
  readonly #id: string;
  #index = -1;
  #piece: Uint8Array = new Uint8Array(0);

  constructor(blobs: BlobRepository, id: string) {
    this.#blobs = blobs;
    this.#id = id;
  }

  /** The bytes from `from` up to `to`. Throws when they are not there. */
  async read(from: number, to: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(to - from);
    let length = 0;
    while (from + length < to) {
      const position = from + length;
      const piece = await this.#pieceAt(Math.floor(position / blobPieceSize));
      const start = position % blobPieceSize;
      const part = piece.subarray(start, start + to - position);
      if (part.length === 0) throw new RangeError(`Cannot read ${this.#id}: byte ${position} is missing`);
      bytes.set(part, length);
      length += part.length;
    }
    return bytes;
  }

  async #pieceAt(index: number): Promise<Uint8Array> {
    if (index !== this.#index) {
      this.#piece = await this.#blobs.piece(this.#id, index) ?? new Uint8Array(0);
      this.#index = index;
    }
    return this.#piece;
  }
}
