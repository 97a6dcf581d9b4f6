import { readBounded } from "../read_bounded.ts";

/** Larger pieces could grow to more than is allowed before anybody looks: deflate makes at most 1 of 1,032 bytes. */
const pieceSize = 1024;

/** Whether this runtime can undo raw deflate. */
export function canInflate(): boolean {
  try {
    return new DecompressionStream("deflate-raw") !== undefined;
  } catch {
    return false;
  }
}

/**
 * Undoes raw deflate (RFC 1951) of a UTF-8 text. Rejects with a RangeError when that has more than `limit` bytes, and
 * with a TypeError when the data is none.
 */
export async function inflate(data: Uint8Array<ArrayBuffer>, limit: number): Promise<string> {
  const { readable, writable } = new DecompressionStream("deflate-raw");
  // What goes wrong with the writing shows in the reading.
  void feed(data, writable.getWriter()).catch(() => {});
  return new TextDecoder("utf-8", { fatal: true }).decode(await readBounded(readable, limit));
}

async function feed(data: Uint8Array<ArrayBuffer>, writer: WritableStreamDefaultWriter<BufferSource>) {
  writer.closed.catch(() => {});
  for (let start = 0; start < data.length; start += pieceSize) {
    await writer.ready;
    await writer.write(data.subarray(start, start + pieceSize));
  }
  await writer.close();
}
