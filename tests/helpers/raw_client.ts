const encoder = new TextEncoder();

/** The head of the answer to a request that no library would send. */
export async function rawHead(url: string, request: string): Promise<string> {
  const { hostname, port } = new URL(url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const bytes = encoder.encode(request);
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
  const buffer = new Uint8Array(4096);
  const read = await connection.read(buffer) ?? 0;
  return new TextDecoder().decode(buffer.subarray(0, read)).split("\r\n\r\n")[0] ?? "";
}

/** The status of the answer to a request that no library would send. */
export async function rawStatus(url: string, request: string): Promise<number> {
  return Number((await rawHead(url, request)).split(" ")[1]);
}

/** What an upgrade that is not granted is answered. */
interface RefusedUpgrade {
  readonly status: number;
  readonly headers: Headers;
  readonly body: { readonly message: string; readonly error: { readonly code: string } };
}

function upgradeRequest(url: string, headers: Readonly<Record<string, string>> = {}): Uint8Array {
  const { hostname, pathname, search } = new URL(url.replace("ws", "http"));
  const more = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return encoder.encode(
    `GET ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${more}` +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
  );
}

/** Asks for an upgrade that must not be granted. */
export async function refusedUpgrade(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<RefusedUpgrade> {
  const { hostname, port } = new URL(url.replace("ws", "http"));
  using connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(upgradeRequest(url, headers));
  const buffer = new Uint8Array(16 * 1024);
  for (let text = "";;) {
    const size = await connection.read(buffer);
    if (size === null) throw new Error(`Cannot read the answer: it ends after ${text}`);
    text += new TextDecoder().decode(buffer.subarray(0, size));
    const [head = "", body] = text.split("\r\n\r\n");
    const [first = "", ...lines] = head.split("\r\n");
    const status = Number(first.split(" ")[1]);
    if (status === 101) throw new Error("It was granted");
    const answered = new Headers(lines.map((line) => line.split(": ", 2) as [string, string]));
    if (body?.length === Number(answered.get("content-length"))) {
      return { status, headers: answered, body: JSON.parse(body) };
    }
  }
}

/** A WebSocket client made by hand, which does what no library would. */
export class RawClient implements Disposable {
  readonly #connection: Deno.TcpConn;

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  /** Connects and upgrades; afterwards nothing is read that nobody asks for. */
  static async open(url: string): Promise<RawClient> {
    const { hostname, port } = new URL(url.replace("ws", "http"));
    const connection = await Deno.connect({ hostname, port: Number(port) });
    const client = new RawClient(connection);
    await client.write(upgradeRequest(url));
    const head = await client.read();
    if (head.startsWith("HTTP/1.1 101")) return client;
    connection.close();
    throw new Error(`Cannot upgrade: ${head}`);
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length;) sent += await this.#connection.write(bytes.subarray(sent));
  }

  /** Sends a text frame, or one of another kind, masked with zeros. */
  async send(text: string, { opcode = 0x81, masked = true } = {}): Promise<void> {
    const payload = encoder.encode(text);
    const length = payload.length < 126
      ? [payload.length]
      : payload.length < 65536
      ? [126, payload.length >> 8, payload.length & 0xff]
      : [
        127,
        0,
        0,
        0,
        0,
        payload.length >>> 24,
        payload.length >> 16 & 0xff,
        payload.length >> 8 & 0xff,
        payload.length & 0xff,
      ];
    const [first = 0, ...rest] = length;
    const head = [opcode, masked ? first | 0x80 : first, ...rest, ...(masked ? [0, 0, 0, 0] : [])];
    await this.write(new Uint8Array([...head, ...payload]));
  }

  /** What has come in by now, at least one byte; empty at the end. */
  async read(): Promise<string> {
    const buffer = new Uint8Array(64 * 1024);
    return new TextDecoder().decode(buffer.subarray(0, await this.#connection.read(buffer) ?? 0));
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }
}
