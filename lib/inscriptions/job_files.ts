import { type BlobClaim, blobPieceSize, type BlobRepository, type StoredFile } from "../engine/mod.ts";
import type { Cluster } from "./cluster.ts";
import { FileStage } from "./file_stage.ts";
import type { Metadata } from "./input/metadata.ts";
import { PayloadReader } from "./payload_reader.ts";
import { PieceCutter } from "./piece_cutter.ts";

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
