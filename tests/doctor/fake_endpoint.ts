import { createHash } from "node:crypto";

const encoder = new TextEncoder();
const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** A request that came in, and the connection to answer it on, byte by byte. */
export class Call {
  readonly method: string;
  readonly path: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly connection: Deno.Conn;
  #rest: Uint8Array;

  constructor(head: string, rest: Uint8Array, connection: Deno.Conn) {
    const [first = "", ...lines] = head.split("\r\n");
    [this.method = "", this.path = ""] = first.split(" ");
    this.headers = new Map(
      lines.map((
        line,
      ) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
    );
    this.connection = connection;
    this.#rest = rest;
  }

  get isUpgrade(): boolean {
    return this.headers.get("upgrade") === "websocket";
  }

  async write(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string" ? encoder.encode(data) : data;
    for (let sent = 0; sent < bytes.length;) sent += await this.connection.write(bytes.subarray(sent));
  }

  /** Answers with a whole response. */
  async answer(status: string, headers: Readonly<Record<string, string>> = {}, body = ""): Promise<void> {
    const all = { "Content-Length": String(encoder.encode(body).length), ...headers };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`).join("");
    await this.write(`HTTP/1.1 ${status}\r\n${lines}\r\n${body}`);
  }

  /** Takes the upgrade. */
  async upgrade(): Promise<void> {
    const key = this.headers.get("sec-websocket-key") ?? "";
    const accept = createHash("sha1").update(key + guid).digest("base64");
    await this.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
  }

  /** Sends a frame of the server's. */
  async send(opcode: number, payload: string | Uint8Array): Promise<void> {
    const bytes = typeof payload === "string" ? encoder.encode(payload) : payload;
    const { length } = bytes;
    const head = length < 126 ? [length] : [126, length >> 8, length & 0xff];
    await this.write(new Uint8Array([0x80 | opcode, ...head, ...bytes]));
  }

  /** The client's next frame; undefined at the end. */
  async frame(): Promise<{ opcode: number; text: string } | undefined> {
    const [first = 0, second = 0] = await this.#take(2) ?? [];
    if (first === 0) return undefined;
    const short = second & 0x7f;
    const extended = short < 126 ? [] : [...await this.#take(short === 126 ? 2 : 8) ?? []];
    const length = short < 126 ? short : extended.reduce((sum, byte) => sum * 256 + byte, 0);
    const mask = await this.#take(4) ?? new Uint8Array(4);
    const masked = await this.#take(length);
    if (masked === undefined) return undefined;
    const text = new TextDecoder().decode(masked.map((byte, index) => byte ^ (mask[index % 4] ?? 0)));
    return { opcode: first & 0x0f, text };
  }

  /** Reads until the client is gone. */
  async drain(): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    while (await this.connection.read(buffer) !== null);
  }

  async #take(count: number): Promise<Uint8Array | undefined> {
    const taken = new Uint8Array(count);
    for (let filled = 0; filled < count;) {
      if (this.#rest.length === 0) {
        const buffer = new Uint8Array(64 * 1024);
        const read = await this.connection.read(buffer);
        if (read === null) return undefined;
        this.#rest = buffer.subarray(0, read);
      }
      const piece = this.#rest.subarray(0, count - filled);
      taken.set(piece, filled);
      filled += piece.length;
      this.#rest = this.#rest.subarray(piece.length);
    }
    return taken;
  }
}

/** What a server does with a request; afterwards the connection is closed. */
export type Behaviour = (call: Call) => Promise<void>;

/** A server that does what no good one would. */
export class FakeEndpoint implements AsyncDisposable {
  readonly #listener: Deno.Listener;
  readonly #open = new Set<Deno.Conn>();
  readonly #work = new Set<Promise<void>>();
  readonly #serving: Promise<void>;
  readonly #tls: boolean;

  constructor(behave: Behaviour, tls?: { readonly cert: string; readonly key: string }) {
    const place = { hostname: "127.0.0.1", port: 0 };
    this.#listener = tls === undefined ? Deno.listen(place) : Deno.listenTls({ ...place, ...tls });
    this.#tls = tls !== undefined;
    this.#serving = this.#serve(behave);
  }

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  /** The address as `http://127.0.0.1:40123`, or with another scheme. */
  url(scheme = this.#tls ? "https" : "http"): string {
    return `${scheme}://127.0.0.1:${this.port}`;
  }

  async #serve(behave: Behaviour): Promise<void> {
    for await (const connection of this.#listener) {
      this.#open.add(connection);
      const work = serveOne(connection, behave).catch(() => {}).finally(() => {
        this.#close(connection);
        this.#work.delete(work);
      });
      this.#work.add(work);
    }
  }

  #close(connection: Deno.Conn): void {
    if (this.#open.delete(connection)) connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#open) this.#close(connection);
    await Promise.all(this.#work);
    await this.#serving;
  }
}

async function serveOne(connection: Deno.Conn, behave: Behaviour): Promise<void> {
  let bytes = new Uint8Array(0);
  const buffer = new Uint8Array(64 * 1024);
  for (;;) {
    const text = new TextDecoder("latin1").decode(bytes);
    const end = text.indexOf("\r\n\r\n");
    if (end >= 0) return await behave(new Call(text.slice(0, end), bytes.slice(end + 4), connection));
    const count = await connection.read(buffer);
    if (count === null) return;
    bytes = new Uint8Array([...bytes, ...buffer.subarray(0, count)]);
  }
}

/** A plain WebSocket server without anything else: it answers pings, and each message with a `pong`. */
export function answering(more: Readonly<Record<string, unknown>> = {}): Behaviour {
  return async (call) => {
    if (!call.isUpgrade) return await call.answer("426 Upgrade Required", {}, "upgrade required");
    await call.upgrade();
    await converse(call, more);
  };
}

/** Answers pings and messages until the client closes. */
export async function converse(call: Call, more: Readonly<Record<string, unknown>> = {}): Promise<void> {
  for (
    let frame = await call.frame();
    frame !== undefined && frame.opcode !== 8;
    frame = await call.frame()
  ) {
    if (frame.opcode === 9) await call.send(10, frame.text);
    else if (frame.opcode === 1) await call.send(1, JSON.stringify({ type: "pong", ...more }));
  }
}
