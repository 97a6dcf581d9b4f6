import type { Config } from "../../lib/gateway/mod.ts";
import { Authority } from "./certificates.ts";
import { FakeClock } from "./fake_clock.ts";
import { startGateway, type TestGateway } from "./gateway.ts";
import { TemporaryFolder } from "./process.ts";
import { inTime, until } from "./until.ts";

/** A gateway with a certificate, on a clock that the test moves. */
export class TlsScene implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;

  private constructor(
    stack: AsyncDisposableStack,
    readonly folder: string,
    readonly authority: Authority,
    readonly clock: FakeClock,
    readonly server: TestGateway,
  ) {
    this.#stack = stack;
  }

  static async start(overrides: Partial<Config> = {}): Promise<TlsScene> {
    await using stack = new AsyncDisposableStack();
    const { path } = stack.use(await TemporaryFolder.make());
    const authority = await Authority.make(path, "first");
    await authority.issue();
    const clock = new FakeClock(Date.now());
    const tls = { "tls.cert": `${path}/cert.pem`, "tls.key": `${path}/key.pem` };
    const server = await startGateway({ ...tls, ...overrides }, clock);
    stack.defer(() => stop(server, clock));
    return new TlsScene(stack.move(), path, authority, clock, server);
  }

  /** A client that trusts one authority alone. */
  trust(authority: Authority): Deno.HttpClient {
    return this.#stack.adopt(Deno.createHttpClient({ caCerts: [authority.pem] }), (client) => client.close());
  }

  /** A connection on which nothing is said yet. */
  connect(): Promise<Deno.TcpConn> {
    const { hostname, port } = new URL(this.server.url);
    return Deno.connect({ hostname, port: Number(port) });
  }

  /** A connection that has greeted. */
  async connectTls(): Promise<Deno.TlsConn> {
    const { hostname, port } = new URL(this.server.url);
    const connection = await Deno.connectTls({
      hostname,
      port: Number(port),
      caCerts: [this.authority.pem],
    });
    await connection.handshake();
    return connection;
  }

  /** A stream client, by default one that trusts the scene's authority. */
  openStream(client = this.trust(this.authority)): Promise<TlsStream> {
    return openStream(this, client);
  }

  async reaches(client: Deno.HttpClient): Promise<boolean> {
    const response = await fetch(`${this.server.url}/healthz`, { client });
    await response.body?.cancel();
    return response.ok;
  }

  async get(client: Deno.HttpClient, path: string, headers: HeadersInit = {}): Promise<unknown> {
    const response = await fetch(`${this.server.url}${path}`, { client, headers });
    return await response.json();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

/** Stops a gateway whose clock is moved by nobody else. */
export async function stop(server: TestGateway, clock: FakeClock): Promise<void> {
  let stopped = false;
  const stopping = server.stop().finally(() => stopped = true);
  await until(() => stopped, "the gateway to stop", () => clock.advance(20));
  await stopping;
}

/** A stream client. */
interface TlsStream {
  ping(): Promise<void>;
  close(): Promise<void>;
}

async function openStream({ server }: TlsScene, client: Deno.HttpClient): Promise<TlsStream> {
  const socket = new WebSocket(server.url.replace("https", "wss"), { client });
  const frames: string[] = [];
  let wake = () => {};
  socket.onmessage = ({ data }) => {
    frames.push(JSON.parse(data).type);
    wake();
  };
  let isOpen = true;
  const ended = new Promise<void>((resolve) => {
    socket.onclose = () => {
      isOpen = false;
      wake();
      resolve();
    };
  });
  const next = async (type: string) => {
    while (!frames.includes(type)) {
      if (!isOpen) throw new Error(`the connection ended before the ${type}`);
      await inTime(new Promise<void>((resolve) => wake = resolve), `the ${type}`);
    }
    frames.splice(0);
  };
  await next("welcome");
  const ping = async () => {
    socket.send('{"type":"ping"}');
    await next("pong");
  };
  const close = async () => {
    socket.close();
    await ended;
  };
  return { ping, close };
}
