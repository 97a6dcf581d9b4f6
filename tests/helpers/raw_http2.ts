const encoder = new TextEncoder();
const frameTypes = { headers: 1, reset: 3, settings: 4, goAway: 7 } as const;
/** HPACK's static table, from its index 8 on: the statuses that have a byte of their own. RFC 7541, appendix A. */
const statuses = [200, 204, 206, 304, 400, 404, 500];

/**
 * Sends one GET over HTTP/2 with the header fields given, as they are, and answers its status; `refused` where the server
 * resets the stream or ends the connection.
 */
export async function rawHttp2Status(
  connection: Deno.Conn,
  fields: readonly (readonly [string, string])[],
): Promise<number | "refused"> {
  const end = 0x5;
  const block = fields.flatMap(([name, value]) => [0, ...text(name), ...text(value)]);
  await write(connection, encoder.encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
  await write(connection, frame(frameTypes.settings, 0, 0, []));
  await write(connection, frame(frameTypes.headers, end, 1, block));
  const reader = new FrameReader(connection);
  for (let next = await reader.next(); next !== undefined; next = await reader.next()) {
    if (next.type === frameTypes.headers) return statuses[((next.payload[0] ?? 0) & 0x7f) - 8] ?? 0;
    if (next.type === frameTypes.reset || next.type === frameTypes.goAway) break;
  }
  return "refused";
}

function text(value: string): number[] {
  const bytes = encoder.encode(value);
  if (bytes.length > 126) throw new RangeError("Cannot write more than 126 bytes");
  return [bytes.length, ...bytes];
}

function frame(type: number, flags: number, stream: number, payload: readonly number[]): Uint8Array {
  const { length } = payload;
  return new Uint8Array([length >> 16, length >> 8, length, type, flags, 0, 0, 0, stream, ...payload]);
}

async function write(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
}

/** Cuts what comes in into frames. */
class FrameReader {
  readonly #connection: Deno.Conn;
  #held = new Uint8Array(0);

  constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  async next(): Promise<{ readonly type: number; readonly payload: Uint8Array } | undefined> {
    const head = await this.#take(9);
    if (head === undefined) return undefined;
    const [high = 0, middle = 0, low = 0, type = 0] = head;
    const payload = await this.#take(high << 16 | middle << 8 | low);
    return payload === undefined ? undefined : { type, payload };
  }

  async #take(size: number): Promise<Uint8Array | undefined> {
    const buffer = new Uint8Array(16 * 1024);
    while (this.#held.length < size) {
      const read = await this.#connection.read(buffer).catch(() => null);
      if (read === null) return undefined;
      this.#held = new Uint8Array([...this.#held, ...buffer.subarray(0, read)]);
    }
    const taken = this.#held.slice(0, size);
    this.#held = this.#held.slice(size);
    return taken;
  }
}
