import { deleteBelow } from "../kv/limits.ts";

/** Bytes of a blob's pieces, all but the last: below the 64 KiB that Deno KV takes in one value. */
export const blobPieceSize = 60_000;

/** The right to write a blob, until somebody else claims it. */
export interface BlobClaim {
  readonly id: string;
  /** The instance that writes it. */
  readonly owner: string;
  readonly versionstamp: string;
}

const maxPiecesPerCommit = 10;

/** Files that are too large for one value, in numbered pieces. */
export class BlobRepository {
  readonly #database: Deno.Kv;

  constructor(database: Deno.Kv) {
    this.#database = database;
  }

  /** Claims an id, so that what is written under it can be found and removed even when it never becomes whole. */
  async open(id: string, owner: string): Promise<BlobClaim> {
    const { versionstamp } = await this.#database.set(["blobs", id], owner);
    return { id, owner, versionstamp };
  }

  /** Takes over what another claims, unless that has changed meanwhile. */
  async seize(claim: BlobClaim, owner: string): Promise<boolean> {
    const { ok } = await checkClaim(this.#database.atomic(), claim).set(["blobs", claim.id], owner).commit();
    return ok;
  }

  /**
   * Writes pieces that follow `first - 1`; each but the blob's last is {@link blobPieceSize} long. Throws when the blob
   * is claimed no more.
   */
  async write(claim: BlobClaim, first: number, pieces: readonly Uint8Array[]): Promise<void> {
    for (let start = 0; start < pieces.length; start += maxPiecesPerCommit) {
      const commit = checkClaim(this.#database.atomic(), claim);
      pieces.slice(start, start + maxPiecesPerCommit).forEach((piece, index) =>
        commit.set(["blob_pieces", claim.id, first + start + index], piece)
      );
      const { ok } = await commit.commit();
      if (!ok) throw new Error(`Cannot write blob ${claim.id}: another server has taken it over`);
    }
  }

  /** The piece with that number, counted from 0; null past the end. */
  async piece(id: string, index: number): Promise<Uint8Array | null> {
    return (await this.#database.get<Uint8Array>(["blob_pieces", id, index])).value;
  }

  async remove(id: string): Promise<void> {
    await deleteBelow(this.#database, ["blob_pieces", id]);
    await this.#database.delete(["blobs", id]);
  }

  /** All claims, of blobs that are whole or not. */
  async *claims(): AsyncIterableIterator<BlobClaim> {
    for await (const { key, value, versionstamp } of this.#database.list<string>({ prefix: ["blobs"] })) {
      yield { id: String(key[1]), owner: value, versionstamp };
    }
  }
}

/** Lets a commit go through only while the claim stands. */
export function checkClaim(
  commit: Deno.AtomicOperation,
  { id, versionstamp }: BlobClaim,
): Deno.AtomicOperation {
  return commit.check({ key: ["blobs", id], versionstamp });
}
