import { AddressCounts } from "../hub/mod.ts";
import { afterSilence, type Clock, sleep, type Timer } from "../protocol/mod.ts";
import { logger, Throttle } from "../telemetry/mod.ts";
import type { Certificate } from "./certificate.ts";
import type { CertificateFiles } from "./certificate_files.ts";
import { type Patience, readClientHello, TlsConnection } from "./tls_connection.ts";
import type { Port, PortAddress, PortHandler } from "./port.ts";
import { closeQuietly, relay, writeAll } from "./relay.ts";
import { SteadyServer } from "./steady_server.ts";
import type { TrustedProxies } from "./trusted_proxies.ts";

/** What a {@link TlsPort} works with. */
interface TlsPortOptions {
  readonly address: PortAddress;
  readonly handler: PortHandler;
  readonly files: CertificateFiles;
  readonly clock: Clock;
  /** Connections that may be open at a time. */
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  /** Proxies, whose connections are those of their clients: they are not held to the share of one address. */
  readonly proxies: TrustedProxies;
  /** Milliseconds without a byte after which a WebSocket is over. */
  readonly socketPatience: number;
}

/** A server with one certificate, behind the port. */
interface Backend {
  readonly server: SteadyServer;
  connections: number;
}

const log = logger("tls");
const loopback = "127.0.0.1";
/** Milliseconds between two looks at who stays without saying anything. */
const lookInterval = 2000;
/** An answer may let itself be waited for, at the most a minute of a long poll. */
const patience = { silent: 10_000, greeted: 20_000, asking: 90_000 };
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
  readonly #connections = new Set<TlsConnection>();
  readonly #perAddress = new AddressCounts();
  /** Which connection one to a backend was made for, by the local port that it came from. */
  readonly #byBackendPort = new Map<number, TlsConnection>();
  readonly #patience: Patience;
  readonly #warnings: Throttle;
  #newest: Backend;
  #isClosed = false;
  #looking: Timer;

  constructor(options: TlsPortOptions) {
    const { clock, socketPatience } = options;
    this.#options = options;
    this.#patience = { ...patience, socket: socketPatience };
    this.#warnings = new Throttle({ clock });
    this.#listener = Deno.listen(options.address);
    this.#newest = this.#openBackend(options.files.current);
    options.files.onChange((certificate) => this.#replace(certificate));
    this.#looking = this.#lookLater();
    this.#accept();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  async close(patience: number): Promise<void> {
    this.#isClosed = true;
    this.#looking.cancel();
    this.#listener.close();
    for (const connection of this.#connections) connection.dismiss();
    await Promise.all([...this.#backends].map(({ server }) => server.close(patience)));
    await Promise.all(this.#underWay);
  }

  #replace(certificate: Certificate): void {
    if (this.#isClosed) return;
    const older = this.#newest;
    this.#newest = this.#openBackend(certificate);
    this.#closeIfIdle(older);
  }

  #openBackend({ cert, key }: Certificate): Backend {
    const options = { hostname: loopback, port: 0, cert, key };
    const handler: Deno.ServeHandler<Deno.NetAddr> = (request, info) => this.#handle(request, info);
    const backend = { server: new SteadyServer(options, handler, this.#options.clock), connections: 0 };
    this.#backends.add(backend);
    return backend;
  }

  async #handle(request: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>): Promise<Response> {
    const connection = this.#byBackendPort.get(info.remoteAddr.port);
    // Somebody on this machine came here without passing the port.
    if (connection === undefined) return new Response("Misdirected request", { status: 421 });
    connection.served("asking");
    const { remoteAddr } = connection;
    const response = await this.#options.handler(request, { remoteAddr, completed: info.completed });
    if (response.status === 101) connection.served("socket");
    return response;
  }

  /** After a while, ends the connections that have stayed too long without getting on. */
  #lookLater(): Timer {
    return afterSilence(this.#options.clock, lookInterval, () => {
      for (const connection of this.#connections) connection.judge(this.#patience);
      this.#looking = this.#lookLater();
    });
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
    if (this.#hasRoom(client.remoteAddr.hostname)) this.#await(this.#serve(client, this.#newest));
    else closeQuietly(client);
  }

  #hasRoom(address: string): boolean {
    const { maxConnections, maxConnectionsPerAddress, proxies } = this.#options;
    if (this.#connections.size >= maxConnections) {
      this.#warnings.warn(log, "full", "No room for more connections than {maxConnections}", {
        maxConnections,
      });
      return false;
    }
    if (this.#perAddress.of(address) < maxConnectionsPerAddress || proxies.include(address)) return true;
    this.#warnings.warn(
      log,
      "share",
      "No room for more than {maxConnectionsPerAddress} connections of {address}",
      {
        maxConnectionsPerAddress,
        address,
      },
    );
    return false;
  }

  #await(work: Promise<void>): void {
    const watched = work.finally(() => this.#underWay.delete(watched));
    this.#underWay.add(watched);
  }

  async #serve(client: Deno.TcpConn, backend: Backend): Promise<void> {
    const connection = new TlsConnection(client, this.#options.clock);
    const { hostname } = connection.remoteAddr;
    this.#connections.add(connection);
    this.#perAddress.add(hostname, 1);
    backend.connections += 1;
    try {
      await this.#join(connection, backend.server.port);
    } catch {
      // It is over, whoever ended it.
    }
    closeQuietly(client);
    backend.connections -= 1;
    this.#perAddress.add(hostname, -1);
    this.#connections.delete(connection);
    this.#closeIfIdle(backend);
  }

  async #join(connection: TlsConnection, port: number): Promise<void> {
    const { client } = connection;
    const hello = await readClientHello(client);
    if (hello === undefined) return;
    connection.greeted();
    const server = await Deno.connect({ hostname: loopback, port });
    client.setNoDelay(true);
    server.setNoDelay(true);
    const own = server.localAddr.port;
    this.#byBackendPort.set(own, connection);
    try {
      await writeAll(server, hello);
      await relay(client, server, connection.moved);
    } finally {
      closeQuietly(server);
      this.#byBackendPort.delete(own);
    }
  }

  #closeIfIdle(backend: Backend): void {
    if (backend === this.#newest || backend.connections > 0 || this.#isClosed) return;
    this.#backends.delete(backend);
    this.#await(backend.server.close(0));
  }
}
