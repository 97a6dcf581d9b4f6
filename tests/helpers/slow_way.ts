/** A way to a TCP port of this machine on which whatever is sent there takes as long as a test says. */
export class SlowWay implements AsyncDisposable {
  /** Milliseconds that each piece takes. */
  delay = 0;
  /** The port that it leads to. */
  to: number;
  readonly #listener: Deno.TcpListener;
  readonly #connections = new Set<Deno.Conn>();
  readonly #serving: Promise<void>;

  /** @param to may be given later, where what listens there has to know of this way first */
  constructor(to = 0) {
    this.to = to;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#serving = this.#serve();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#connections) close(connection);
    await this.#serving;
  }

  async #serve(): Promise<void> {
    const passing: Promise<unknown>[] = [];
    try {
      for await (const near of this.#listener) {
        const far = await Deno.connect({ hostname: "127.0.0.1", port: this.to }).catch(() => undefined);
        if (far === undefined) {
          close(near);
          continue;
        }
        for (const connection of [near, far]) this.#connections.add(connection);
        passing.push(this.#pass(near, far, () => this.delay), this.#pass(far, near, () => 0));
      }
    } catch {
      // The listener was closed while it waited.
    }
    await Promise.all(passing);
  }

  /** Passes on until one of them ends, and ends both. */
  async #pass(from: Deno.Conn, to: Deno.Conn, delay: () => number): Promise<void> {
    try {
      for await (const bytes of from.readable) {
        if (delay() > 0) await new Promise((resolve) => setTimeout(resolve, delay()));
        for (let sent = 0; sent < bytes.length;) sent += await to.write(bytes.subarray(sent));
      }
    } catch {
      // It was cut off.
    }
    for (const connection of [from, to]) {
      this.#connections.delete(connection);
      close(connection);
    }
  }
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It is closed already.
  }
}
