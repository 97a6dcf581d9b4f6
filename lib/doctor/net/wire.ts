/** A connection of bytes, whatever carries it. */
export interface Wire {
  /** What has come in, at least one byte; null at the end. Rejects when the connection broke. */
  read(): Promise<Uint8Array | null>;
  write(bytes: Uint8Array): Promise<void>;
  close(): void;
}

/** A {@link Wire} over TCP. */
export class TcpWire implements Wire {
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
