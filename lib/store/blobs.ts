/** Bytes of a blob's pieces, all but the last: below the 64 KiB that Deno KV takes in one value. */
export const blobPieceSize = 60_000;

const maxPiecesPerCommit = 10;

/** Files that are too large for one value, in numbered pieces. */
export class BlobRepository {
  readonly #database: Deno.Kv;

  constructor(database: Deno.Kv) {
    this.#database = database;
  }

  /** Claims an id, so that what is written under it can be found and removed even when it never becomes whole. */
  async open(id: string): Promise<void> {
    await this.#database.set(["blobs", id], true);
  }

  /** Writes pieces that follow `first - 1`; each but the blob's last is {@link blobPieceSize} long. */
  async write(id: string, first: number, pieces: readonly Uint8Array[]): Promise<void> {
    for (let start = 0; start < pieces.length; start += maxPiecesPerCommit) {
      const commit = this.#database.atomic();
      pieces.slice(start, start + maxPiecesPerCommit).forEach((piece, index) =>
        commit.set(["blob_pieces", id, first + start + index], piece)
      );
      await commit.commit();
    }
  }

  /** The piece with that number, counted from 0; null past the end. */
  async piece(id: string, index: number): Promise<Uint8Array | null> {
    return (await this.#database.get<Uint8Array>(["blob_pieces", id, index])).value;
  }

  async remove(id: string): Promise<void> {
    let commit = this.#database.atomic();
    let mutations = 0;
    for await (const { key } of this.#database.list({ prefix: ["blob_pieces", id] }, { batchSize: 20 })) {
      commit.delete(key);
      mutations += 1;
      if (mutations % 500 === 0) {
        await commit.commit();
        commit = this.#database.atomic();
      }
    }
    await commit.delete(["blobs", id]).commit();
  }

  /** All ids, whole or not. */
  async ids(): Promise<string[]> {
    const ids: string[] = [];
    for await (const { key } of this.#database.list({ prefix: ["blobs"] })) ids.push(String(key[1]));
    return ids;
  }
}
