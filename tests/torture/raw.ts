import { type ClientHttp2Session, connect, constants } from "node:http2";
import type { Target } from "./trial.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The address that all attackers seem to come from. */
export const attacker = "203.0.113.66";

/** A TCP connection, with what little an attacker needs. */
export class Raw implements Disposable {
  readonly #connection: Deno.TcpConn;
  #isOver = false;

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  static async connect({ hostname, port }: Pick<Target, "hostname" | "port">): Promise<Raw> {
    return new Raw(await Deno.connect({ hostname, port }));
  }

  /** Connects and asks for a WebSocket; answers the status too. */
  static async upgrade(target: Target, path: string, from = attacker): Promise<{ raw: Raw; status: number }> {
    const raw = await Raw.connect(target);
    await raw.write(
      `GET ${path} HTTP/1.1\r\nHost: ${target.hostname}\r\nX-Forwarded-For: ${from}\r\nUpgrade: websocket\r\n` +
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
    );
    return { raw, status: await raw.status() };
  }

  /** Writes all of it; false when the other end is gone. */
  async write(data: string | Uint8Array): Promise<boolean> {
    const bytes = typeof data === "string" ? encoder.encode(data) : data;
    try {
      for (let sent = 0; sent < bytes.length;) sent += await this.#connection.write(bytes.subarray(sent));
      return true;
    } catch {
      return false;
    }
  }

  /** What has come by now, at least one byte; empty at the end. */
  async read(): Promise<string> {
    const buffer = new Uint8Array(64 * 1024);
    try {
      return decoder.decode(buffer.subarray(0, await this.#connection.read(buffer) ?? 0));
    } catch {
      return "";
    }
  }

  /** The status of the answer that comes; 0 where there is none. */
  async status(): Promise<number> {
    return Number(/^HTTP\/1\.1 (\d{3})/.exec(await this.read())?.[1] ?? 0);
  }

  /** Reads to the end; false when there is none within `milliseconds`. */
  async ends(milliseconds: number): Promise<boolean> {
    const late = setTimeout(() => this[Symbol.dispose](), milliseconds);
    while (await this.read() !== "");
    clearTimeout(late);
    return !this.#isOver;
  }

  [Symbol.dispose](): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#connection.close();
  }
}

/** The head of a masked text frame of so many bytes, or of its first fragment. */
export function frameHead(length: number, { final = true } = {}): Uint8Array {
  const head = new Uint8Array(14);
  head[0] = final ? 0x81 : 0x01;
  head[1] = 0x80 | 127;
  new DataView(head.buffer).setBigUint64(2, BigInt(length));
  return head;
}

/** A whole masked text frame. */
export function frame(text: string): Uint8Array {
  const payload = encoder.encode(text);
  const bytes = new Uint8Array(14 + payload.length);
  bytes.set(frameHead(payload.length));
  bytes.set(payload, 14);
  return bytes;
}

/** An HTTP/2 connection; what goes wrong with it is of no interest. */
export function openHttp2(
  url: string,
  options: { window?: number; insecure?: boolean } = {},
): ClientHttp2Session {
  const session = connect(url, {
    rejectUnauthorized: !options.insecure,
    ...options.window === undefined ? {} : { settings: { initialWindowSize: options.window } },
  });
  session.on("error", () => {});
  return session;
}

/** Asks for a path and reads nothing; resolves with the status, 0 where there is none. */
export function askOverHttp2(session: ClientHttp2Session, path: string, from = attacker): Promise<number> {
  return new Promise((resolve) => {
    const stream = session.request({ [constants.HTTP2_HEADER_PATH]: path, "x-forwarded-for": from });
    stream.on("response", (headers) => resolve(Number(headers[constants.HTTP2_HEADER_STATUS] ?? 0)));
    stream.on("error", () => resolve(0));
    stream.on("close", () => resolve(0));
    stream.pause();
  });
}

/** Does something so many times at once. */
export async function times<T>(count: number, act: (index: number) => Promise<T>): Promise<T[]> {
  return await Promise.all(Array.from({ length: count }, (_, index) => act(index)));
}

/** Waits, but not beyond the end of the trial. */
export function hold(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}

/** How often each value occurs, such as `400 x 200, 3 x 503`. */
export function tally(values: readonly (string | number)[]): string {
  const counts = new Map<string | number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([value, count]) => `${count} x ${value}`).join(", ");
}
