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

/** Reads a stream to its end. Rejects with a RangeError when it has more than `limit` bytes. */
export async function readBounded(
  stream: ReadableStream<Uint8Array>,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader();
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.length;
    if (size > limit) {
      // Not awaited: a stream that is stuck must not hold up the refusal.
      reader.cancel().catch(() => {});
      throw new RangeError(`Cannot read more than ${limit} bytes`);
    }
    pieces.push(next.value);
  }
  return join(pieces, size);
}

function join(pieces: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
