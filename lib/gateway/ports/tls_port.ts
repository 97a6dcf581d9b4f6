import { type Clock, sleep } from "../../protocol/mod.ts";
import type { Certificate } from "./certificate.ts";
import type { CertificateFiles } from "./certificate_files.ts";
import { onError, type Port, type PortAddress, type PortHandler } from "./port.ts";
import { closeQuietly, relay } from "./relay.ts";
import { SteadyServer } from "./steady_server.ts";

/** What a {@link TlsPort} works with. */
export interface TlsPortOptions {
  readonly address: PortAddress;
  readonly handler: PortHandler;
  readonly files: CertificateFiles;
  readonly clock: Clock;
  /** Connections that may be open at a time. */
  readonly maxConnections: number;
}

/** A server with one certificate, behind the port. */
interface Backend {
  readonly server: SteadyServer;
  readonly closing: AbortController;
  connections: number;
}

const loopback = "127.0.0.1";
/** Milliseconds after which accepting is tried again, where there were no file descriptors left. */
const recovery = 100;

/**
 * A port with TLS whose certificate can be replaced while connections are open. Deno cannot give a server another
 * certificate, and shutting one down closes its WebSockets. So each certificate has a server of its own on a loopback
 * port, and what comes in is handed on, still encrypted, to the newest; the older ones stay until they are idle.
 */
export class TlsPort implements Port {
  readonly scheme = "https";
  readonly #options: TlsPortOptions;
  readonly #listener: Deno.TcpListener;
  readonly #backends = new Set<Backend>();
  /** Connections that are handed on, and servers that are closing. */
  readonly #underWay = new Set<Promise<void>>();
  /** Whom a connection to a backend was made for, by the local port that it came from. */
  readonly #clients = new Map<number, Deno.NetAddr>();
  #newest: Backend;
  #isClosed = false;

  constructor(options: TlsPortOptions) {
    this.#options = options;
    this.#listener = Deno.listen(options.address);
    this.#newest = this.#openBackend(options.files.current);
    options.files.onChange((certificate) => this.#replace(certificate));
    this.#accept();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#listener.close();
    await Promise.all([...this.#backends].map(({ server }) => server.shutdown()));
    await Promise.all(this.#underWay);
  }

  abort(): void {
    for (const { closing } of this.#backends) closing.abort();
  }

  #replace(certificate: Certificate): void {
    if (this.#isClosed) return;
    const older = this.#newest;
    this.#newest = this.#openBackend(certificate);
    this.#closeIfIdle(older);
  }

  #openBackend({ cert, key }: Certificate): Backend {
    const closing = new AbortController();
    const { signal } = closing;
    const options = { hostname: loopback, port: 0, cert, key, signal, onListen: () => {}, onError };
    const handler: Deno.ServeHandler<Deno.NetAddr> = (request, info) => this.#handle(request, info);
    const server = new SteadyServer(options, handler, this.#options.clock);
    const backend = { server, closing, connections: 0 };
    this.#backends.add(backend);
    return backend;
  }

  #handle(request: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>): Response | Promise<Response> {
    const remoteAddr = this.#clients.get(info.remoteAddr.port);
    // Somebody on this machine came here without passing the port.
    if (remoteAddr === undefined) return new Response("Misdirected request", { status: 421 });
    return this.#options.handler(request, { remoteAddr });
  }

  async #accept(): Promise<void> {
    while (!this.#isClosed) {
      try {
        this.#take(await this.#listener.accept());
      } catch {
        if (!this.#isClosed) await sleep(this.#options.clock, recovery);
      }
    }
  }

  #take(client: Deno.TcpConn): void {
    if (this.#underWay.size >= this.#options.maxConnections) closeQuietly(client);
    else this.#await(this.#serve(client, this.#newest));
  }

  #await(work: Promise<void>): void {
    const watched = work.finally(() => this.#underWay.delete(watched));
    this.#underWay.add(watched);
  }

  async #serve(client: Deno.TcpConn, backend: Backend): Promise<void> {
    backend.connections += 1;
    try {
      await this.#join(client, backend.server.port);
    } catch {
      closeQuietly(client);
    }
    backend.connections -= 1;
    this.#closeIfIdle(backend);
  }

  async #join(client: Deno.TcpConn, port: number): Promise<void> {
    const server = await Deno.connect({ hostname: loopback, port });
    client.setNoDelay(true);
    server.setNoDelay(true);
    const own = server.localAddr.port;
    this.#clients.set(own, client.remoteAddr);
    await relay(client, server);
    this.#clients.delete(own);
  }

  #closeIfIdle(backend: Backend): void {
    if (backend === this.#newest || backend.connections > 0 || this.#isClosed) return;
    this.#backends.delete(backend);
    this.#await(backend.server.shutdown());
  }
}
