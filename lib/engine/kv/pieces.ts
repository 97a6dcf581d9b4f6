import { deserialize, serialize } from "node:v8";
import type { KeepOptions, Key } from "../store.ts";

/** Bytes of a piece, below the 64 KiB that Deno KV takes in one value. */
const pieceSize = 60_000;
const piecesPerCommit = 10;

/** Stands in a key's place for a value that is kept in pieces. */
export interface Pieces {
  readonly "kept in pieces": string;
  readonly count: number;
}

export function isPieces(value: unknown): value is Pieces {
  return typeof value === "object" && value !== null && "kept in pieces" in value;
}

/**
 * Writes a value in pieces, under a new name each time: nobody reads them before something stands for them. For whom they
 * are is written first, so that they can be found when it never comes to that.
 */
export async function writePieces(
  kv: Deno.Kv,
  key: Key,
  value: unknown,
  options: KeepOptions = {},
): Promise<Pieces> {
  const bytes = new Uint8Array(serialize(value));
  const id = crypto.randomUUID();
  const count = Math.ceil(bytes.length / pieceSize);
  await kv.set(["piece_owners", id], { key, at: Date.now() }, options);
  for (let first = 0; first < count; first += piecesPerCommit) {
    const commit = kv.atomic();
    for (let index = first; index < Math.min(first + piecesPerCommit, count); index += 1) {
      commit.set(
        ["pieces", id, index],
        bytes.slice(index * pieceSize, (index + 1) * pieceSize),
        options,
      );
    }
    await commit.commit();
  }
  return { "kept in pieces": id, count };
}

/** Reads a value that is kept in pieces; null when it was replaced meanwhile, or has gone by itself. */
export async function readPieces<T>(kv: Deno.Kv, { "kept in pieces": id, count }: Pieces): Promise<T | null> {
  const pieces: Uint8Array[] = [];
  for (let first = 0; first < count; first += piecesPerCommit) {
    const keys = Array.from(
      { length: Math.min(piecesPerCommit, count - first) },
      (_, index) => ["pieces", id, first + index],
    );
    for (const { value } of await kv.getMany<Uint8Array[]>(keys)) {
      if (value === null) return null;
      pieces.push(value);
    }
  }
  const bytes = new Uint8Array(pieces.reduce((size, { length }) => size + length, 0));
  let start = 0;
  for (const piece of pieces) {
    bytes.set(piece, start);
    start += piece.length;
  }
  return deserialize(bytes);
}

/** Milliseconds for which a transaction may be on its way. */
const patience = 3_600_000;

/** Removes pieces for which nothing stands any more. */
export async function sweepPieces(kv: Deno.Kv): Promise<void> {
  const owners = kv.list<{ key: Key; at: number }>({ prefix: ["piece_owners"] }, { batchSize: 50 });
  for await (const { key: ownerKey, value: { key, at } } of owners) {
    if (Date.now() - at < patience) continue;
    const id = String(ownerKey[1]);
    const { value } = await kv.get([...key]);
    if (isPieces(value) && value["kept in pieces"] === id) continue;
    await removePieces(kv, { "kept in pieces": id });
  }
}

/** Removes the pieces of a value that was replaced. */
export async function removePieces(
  kv: Deno.Kv,
  { "kept in pieces": id }: Pick<Pieces, "kept in pieces">,
): Promise<void> {
  for await (const { key } of kv.list({ prefix: ["pieces", id] }, { batchSize: 10 })) await kv.delete(key);
  await kv.delete(["piece_owners", id]);
}
