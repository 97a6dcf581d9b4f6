/** What a relay does with connections: pass them on, take the upgrade out of requests as old proxies do, or refuse. */
type RelayMode = "pass" | "no upgrades" | "refuse";

const upgradeHeaders = /^(?:upgrade|connection|sec-websocket-[\w-]+):.*\r\n/gim;

/** A port that stays the same while the server behind it is another one. */
export class Relay implements AsyncDisposable {
  mode: RelayMode = "pass";
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #open = new Set<Deno.Conn>();
  readonly #serving: Promise<void>;
  #target: URL;

  constructor(target: string) {
    this.#target = new URL(target);
    this.#serving = this.#serve();
  }

  /** Such as `127.0.0.1:40123`. */
  get address(): string {
    return `127.0.0.1:${(this.#listener.addr as Deno.NetAddr).port}`;
  }

  /** Connections from now on go to another server. */
  set target(url: string) {
    this.#target = new URL(url);
  }

  /** Cuts off whoever is connected. */
  cut(): void {
    for (const connection of this.#open) close(connection);
    this.#open.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.cut();
    await this.#serving;
  }

  async #serve(): Promise<void> {
    const passing = new Set<Promise<void>>();
    try {
      for await (const client of this.#listener) {
        if (this.mode === "refuse") close(client);
        else passing.add(this.#pass(client).catch(() => {}));
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
    await Promise.all(passing);
  }

  async #pass(client: Deno.Conn): Promise<void> {
    this.#open.add(client);
    let server: Deno.Conn | undefined;
    try {
      const head = this.mode === "no upgrades" ? await readHead(client) : undefined;
      server = await Deno.connect({ hostname: this.#target.hostname, port: Number(this.#target.port) });
      this.#open.add(server);
      if (head !== undefined) await writeAll(server, withoutUpgrade(head));
      await Promise.race([pipe(client, server), pipe(server, client)]);
    } finally {
      for (const connection of [client, server]) {
        if (connection === undefined) continue;
        this.#open.delete(connection);
        close(connection);
      }
    }
  }
}

/** Until the head of the first request is there; what follows of its body comes with it. */
async function readHead(connection: Deno.Conn): Promise<string> {
  const decoder = new TextDecoder("latin1");
  const buffer = new Uint8Array(65_536);
  let text = "";
  while (!text.includes("\r\n\r\n")) {
    const count = await connection.read(buffer);
    if (count === null) throw new Error("the client left");
    text += decoder.decode(buffer.subarray(0, count), { stream: true });
  }
  return text;
}

function withoutUpgrade(text: string): Uint8Array<ArrayBuffer> {
  const end = text.indexOf("\r\n\r\n") + 2;
  const changed = `${text.slice(0, end).replaceAll(upgradeHeaders, "")}connection: close\r\n${
    text.slice(end)
  }`;
  return Uint8Array.from(changed, (character) => character.charCodeAt(0));
}

async function pipe(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(65_536);
  for (;;) {
    const count = await from.read(buffer);
    if (count === null) return;
    await writeAll(to, buffer.subarray(0, count));
  }
}

async function writeAll(to: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await to.write(rest));
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // Either side may have closed it.
  }
}
