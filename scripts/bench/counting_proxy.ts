/** Passes connections on to a server and counts the bytes that go by, both ways together. */
export class CountingProxy implements AsyncDisposable {
  readonly port: number;
  readonly #target: number;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #connections = new Set<Deno.Conn>();
  readonly #serving: Promise<void>;
  #bytes = 0;

  /** @param url of the server, on this machine */
  constructor(url: string) {
    this.#target = Number(new URL(url).port);
    this.port = this.#listener.addr.port;
    this.#serving = this.#serve();
  }

  /** Bytes that went by so far, without those of TCP and IP. */
  get bytes(): number {
    return this.#bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#connections) connection.close();
    this.#connections.clear();
    await this.#serving;
  }

  async #serve(): Promise<void> {
    const passing: Promise<void>[] = [];
    for await (const client of this.#listener) {
      const server = await Deno.connect({ hostname: "127.0.0.1", port: this.#target });
      for (const connection of [client, server]) this.#connections.add(connection);
      passing.push(this.#pass(client, server), this.#pass(server, client));
    }
    await Promise.all(passing);
  }

  async #pass(from: Deno.Conn, to: Deno.Conn): Promise<void> {
    const count = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform: (chunk, controller) => {
        this.#bytes += chunk.length;
        controller.enqueue(chunk);
      },
    });
    // Either end may be gone at any time.
    await from.readable.pipeThrough(count).pipeTo(to.writable).catch(() => {});
    this.#connections.delete(from);
  }
}
