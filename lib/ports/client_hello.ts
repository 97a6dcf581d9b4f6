const header = 5;
const handshake = 22;
const majorVersion = 3;
/** RFC 8446, section 5.1. */
const longestRecord = 16 * 1024;

/**
 * The first record that a client of TLS sends, in which it says how it wants to speak; undefined where what comes is none or
 * ends before it is whole.
 */
export async function readClientHello(connection: Deno.TcpConn): Promise<Uint8Array | undefined> {
  let held = new Uint8Array(512);
  for (let size = 0;;) {
    const read = await connection.read(held.subarray(size));
    if (read === null) return undefined;
    size += read;
    const [type, major, , high = 0, low = 0] = held;
    const length = high << 8 | low;
    if (type !== handshake || (size > 1 && major !== majorVersion)) return undefined;
    if (size < header) continue;
    if (length > longestRecord) return undefined;
    if (size >= header + length) return held.subarray(0, size);
    if (size === held.length) held = grown(held, header + length);
  }
}

/** More room as more has come, so that nobody has it by a word alone. */
function grown(held: Uint8Array<ArrayBuffer>, wanted: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.min(wanted, 2 * held.length));
  larger.set(held);
  return larger;
}
