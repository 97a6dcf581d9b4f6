/** What a proxy lets through. */
type Passage = "all" | "http only" | "nothing";

/** A proxy on a free port that passes bytes on, as far as a test lets it. */
export class TcpProxy implements AsyncDisposable {
  readonly url: string;
  /** The port to which new connections go. */
  target: number;
  passage: Passage = "all";
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #open = new Set<Deno.Conn>();
  readonly #serving: Promise<void>;

  /** @param url where connections go */
  constructor(url: string) {
    this.target = Number(new URL(url).port);
    this.url = `http://127.0.0.1:${this.#listener.addr.port}`;
    this.#serving = this.#serve();
  }

  /** Ends all connections. */
  cut(): void {
    for (const connection of this.#open) close(connection);
    this.#open.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    close(this.#listener);
    this.cut();
    await this.#serving;
  }

  async #serve(): Promise<void> {
    const tasks = new Set<Promise<void>>();
    for await (const client of this.#listener) {
      // Nobody need listen at the target.
      const task = this.#connect(client).catch(() => {}).finally(() => tasks.delete(task));
      tasks.add(task);
    }
    await Promise.all(tasks);
  }

  async #connect(client: Deno.Conn): Promise<void> {
    this.#open.add(client);
    if (this.passage === "nothing") return close(client);
    try {
      const server = await Deno.connect({ hostname: "127.0.0.1", port: this.target });
      this.#open.add(server);
      await Promise.all([this.#pass(client, server), this.#pass(server, client)]);
    } finally {
      close(client);
      this.#open.delete(client);
    }
  }

  async #pass(from: Deno.Conn, to: Deno.Conn): Promise<void> {
    const buffer = new Uint8Array(65_536);
    try {
      for (let size = await from.read(buffer); size !== null; size = await from.read(buffer)) {
        if (this.#refuses(buffer.subarray(0, size))) break;
        for (let sent = 0; sent < size;) sent += await to.write(buffer.subarray(sent, size));
      }
    } catch {
      // Either end may be gone at any time.
    } finally {
      for (const connection of [from, to]) {
        close(connection);
        this.#open.delete(connection);
      }
    }
  }

  #refuses(bytes: Uint8Array): boolean {
    return this.passage === "http only" && /^[A-Z]+ \/socket\.io\//.test(new TextDecoder().decode(bytes));
  }
}

function close(resource: Disposable): void {
  try {
    resource[Symbol.dispose]();
  } catch {
    // It is closed already.
  }
}
