import type { Store, Transaction } from "../store.ts";

/** Bytes of a blob's pieces, all but the last: what is in memory at a time. */
export const blobPieceSize = 60_000;

/** The right to write a blob, until somebody else claims it. */
export interface BlobClaim {
  readonly id: string;
  /** The instance that writes it. */
  readonly owner: string;
  readonly lease: string;
}

const maxPiecesPerCommit = 10;

type Claimed = Pick<BlobClaim, "owner" | "lease">;

/** Files that are too large for one value, in numbered pieces. */
export class BlobRepository {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Claims an id, so that what is written under it can be found and removed even when it never becomes whole. */
  async open(id: string, owner: string): Promise<BlobClaim> {
    const claimed: Claimed = { owner, lease: crypto.randomUUID() };
    await this.#store.set(["blobs", id], claimed);
    return { id, ...claimed };
  }

  /** Takes over what another claims, unless that has changed meanwhile. */
  async seize(claim: BlobClaim, owner: string): Promise<boolean> {
    return await this.#store.transact((transaction) => renewClaim(transaction, claim, owner));
  }

  /**
   * Writes pieces that follow `first - 1`; each but the blob's last is {@link blobPieceSize} long. Throws when the blob
   * is claimed no more.
   */
  async write(claim: BlobClaim, first: number, pieces: readonly Uint8Array[]): Promise<void> {
    for (let start = 0; start < pieces.length; start += maxPiecesPerCommit) {
      const isWritten = await this.#store.transact(async (transaction) => {
        if (!await stands(transaction, claim)) return false;
        pieces.slice(start, start + maxPiecesPerCommit).forEach((piece, index) =>
          transaction.set(["blob_pieces", claim.id, first + start + index], piece)
        );
        return true;
      });
      if (!isWritten) throw new Error(`Cannot write blob ${claim.id}: another server has taken it over`);
    }
  }

  /** The piece with that number, counted from 0; null past the end. */
  async piece(id: string, index: number): Promise<Uint8Array | null> {
    return await this.#store.get<Uint8Array>(["blob_pieces", id, index]);
  }

  async remove(id: string): Promise<void> {
    await this.#store.deleteAll(["blob_pieces", id]);
    await this.#store.delete(["blobs", id]);
  }

  /** All claims, of blobs that are whole or not. */
  async *claims(): AsyncIterableIterator<BlobClaim> {
    for await (const { key, value } of this.#store.list<Claimed>({ prefix: ["blobs"] })) {
      yield { id: String(key[1]), ...value };
    }
  }
}

/** Claims a blob again for its owner or another; false where it is claimed by somebody else meanwhile. */
export async function renewClaim(
  transaction: Transaction,
  claim: BlobClaim,
  owner: string,
): Promise<boolean> {
  if (!await stands(transaction, claim)) return false;
  transaction.set(["blobs", claim.id], { owner, lease: crypto.randomUUID() } satisfies Claimed);
  return true;
}

async function stands(transaction: Transaction, { id, lease }: BlobClaim): Promise<boolean> {
  return (await transaction.get<Claimed>(["blobs", id]))?.lease === lease;
}
