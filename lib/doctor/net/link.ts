import { Buffer } from "node:buffer";
import { isIP } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { type Certificate, certificateOf } from "./certificate.ts";

/** A connection of bytes, whatever carries it. */
export interface Link {
  /** What has come in, at least one byte; null at the end. Rejects when the connection broke. */
  read(): Promise<Uint8Array | null>;
  write(bytes: Uint8Array): Promise<void>;
  close(): void;
}

/** A {@link Link} over TCP. */
export class TcpLink implements Link {
  readonly #connection: Deno.Conn;
  readonly #buffer = new Uint8Array(64 * 1024);
  #closed = false;

  constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  async read(): Promise<Uint8Array | null> {
    const count = await this.#connection.read(this.#buffer);
    return count === null ? null : this.#buffer.slice(0, count);
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length;) sent += await this.#connection.write(bytes.subarray(sent));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#connection.close();
  }
}

/** Bytes after which reading pauses until somebody takes them. */
const mostWaiting = 256 * 1024;

/** Why a certificate is refused. */
export type TlsRefusal = "expired" | "not-yet-valid" | "wrong-host" | "self-signed" | "untrusted";

/** The errors of the runtime's TLS client have no code, only the name of the cause that its library knows, as text. */
const causes: readonly (readonly [string, TlsRefusal])[] = [
  ["NotValidYet", "not-yet-valid"],
  ["NotValidForName", "wrong-host"],
  ["Expired", "expired"],
  ["CaUsedAsEndEntity", "self-signed"],
];

function causeOf({ message }: Error): TlsRefusal {
  return causes.find(([name]) => message.includes(name))?.[1] ?? "untrusted";
}

/** Why the runtime's own client would refuse the connection; undefined: it would not. */
export async function refusalOf({ address, port, ca, signal }: TlsTarget): Promise<TlsRefusal | undefined> {
  try {
    const caCerts = ca === undefined ? [] : [ca];
    const connection = await Deno.connectTls({ hostname: address, port, caCerts });
    const link = new TcpLink(connection);
    signal.addEventListener("abort", () => link.close(), { once: true });
    try {
      if (!signal.aborted) await connection.handshake();
    } finally {
      link.close();
    }
    return undefined;
  } catch (error) {
    return causeOf(error as Error);
  }
}

/** Where and how to connect. */
export interface TlsTarget {
  readonly address: string;
  readonly port: number;
  /** Whose certificate is expected. */
  readonly host: string;
  /** PEM of certificates to trust besides the usual ones. */
  readonly ca: string | undefined;
  /** Aborts when nobody waits for the connection any more. */
  readonly signal: AbortSignal;
}

/** A connection whose other side has shown a certificate. */
export interface CertifiedLink extends Link {
  /** Undefined where the runtime does not tell. */
  readonly certificate: Certificate | undefined;
  /** Why the certificate is not trusted, such as `DEPTH_ZERO_SELF_SIGNED_CERT`. */
  readonly distrust: string | undefined;
}

/** A {@link Link} over TLS, with any certificate: what is wrong with it is looked at, and the walk goes on. */
export class TlsLink implements CertifiedLink {
  readonly #socket: TLSSocket;
  #waiting: Uint8Array[] = [];
  #size = 0;
  #ended = false;
  #failure: Error | undefined;
  #wake: () => void = () => {};

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on("data", (bytes: Uint8Array) => this.#received(bytes));
    socket.on("end", () => this.#end());
    socket.on("close", () => this.#end());
    socket.on("error", (error: Error) => this.#end(error));
  }

  /** Connects; resolves after the handshake. */
  static async open({ address, port, host, ca, signal }: TlsTarget): Promise<TlsLink> {
    const socket = connect({
      host: address,
      port,
      rejectUnauthorized: false,
      ALPNProtocols: ["http/1.1"],
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(ca === undefined ? {} : { ca: [ca] }),
    });
    const link = new TlsLink(socket);
    signal.addEventListener("abort", () => socket.destroy(), { once: true });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.once("secureConnect", () => resolve());
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("the connection ended during the handshake")));
    await promise;
    return link;
  }

  get certificate(): Certificate | undefined {
    return certificateOf(this.#socket);
  }

  get distrust(): string | undefined {
    const { authorized, authorizationError } = this.#socket;
    return authorized ? undefined : String(authorizationError);
  }

  async read(): Promise<Uint8Array | null> {
    while (this.#waiting.length === 0) {
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#ended) return null;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const taken = this.#waiting.shift() ?? null;
    this.#size -= taken?.length ?? 0;
    if (this.#size < mostWaiting) this.#socket.resume();
    return taken;
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.write(Buffer.from(bytes), (error) => error ? reject(error) : resolve());
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #received(bytes: Uint8Array): void {
    this.#waiting.push(new Uint8Array(bytes));
    this.#size += bytes.length;
    if (this.#size >= mostWaiting) this.#socket.pause();
    this.#wake();
  }

  #end(error?: Error): void {
    this.#ended = true;
    this.#failure ??= error;
    this.#wake();
  }
}
