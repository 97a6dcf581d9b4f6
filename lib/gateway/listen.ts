import type { Gateway } from "./gateway.ts";
import {
  CertificateFiles,
  openPlainPort,
  type Port,
  type PortAddress,
  type PortHandler,
  TlsPort,
  TrustedProxies,
} from "../ports/mod.ts";

/** Milliseconds that answers under way may take to leave. */
const patience = 1000;
/** Milliseconds by which the port waits longer for a silent WebSocket than the hub does. */
const grace = 60_000;

/** What a port serves: everything, or where operators have a port of their own, what is for clients or for them. */
export type Part = "all" | "clients" | "operators";

/** Makes the HTTP side of a gateway. */
export type CreateApp = (gateway: Gateway, part?: Part) => PortHandler;

/** A gateway that listens. */
export interface Listening {
  /** Such as `http://127.0.0.1:10401`. */
  readonly url: string;
  readonly port: number;
  /** Where operators connect: the same as `url`, or the port of their own. */
  readonly adminUrl: string;
  /** Looks at once whether the certificate and the metagraph have changed. */
  reread(): void;
  /** Drains, closes the port, and gives everything back. */
  stop(): Promise<void>;
}

/**
 * Opens the gateway's port and, where it is configured, that of its operators.
 *
 * @throws {Error} when a port cannot be had, or the certificate not be used
 */
export function listen(gateway: Gateway, createApp: CreateApp): Listening {
  const { config } = gateway;
  const files = openCertificate(gateway);
  const ports: Port[] = [];
  const closeAll = async (patience: number) => {
    files?.close();
    await Promise.all(ports.map((port) => port.close(patience)));
  };
  const open = (address: PortAddress, part: Part, flag: string): string => {
    const port = openPort(address, flag, createApp(gateway, part), gateway, files);
    ports.push(port);
    return urlOf(port, address.hostname);
  };
  try {
    const own = config["admin.port"];
    const url = open(
      { hostname: config.host, port: config.port },
      own === undefined ? "all" : "clients",
      "--port",
    );
    const adminUrl = own === undefined
      ? url
      : open({ hostname: config["admin.host"], port: own }, "operators", "--admin.port");
    return {
      url,
      port: ports[0]?.port ?? config.port,
      adminUrl,
      reread() {
        files?.reread();
        gateway.validator.registry.reread();
      },
      async stop() {
        await gateway.stop();
        await closeAll(Math.min(patience, 250 * config.shutdown_timeout));
      },
    };
  } catch (error) {
    closeAll(0);
    throw error;
  }
}

/** The certificate that a configuration names, if any. */
function openCertificate({ config, clock }: Gateway): CertificateFiles | undefined {
  const { "tls.cert": cert, "tls.key": key } = config;
  return cert === undefined || key === undefined ? undefined : new CertificateFiles({ cert, key }, clock);
}

function openPort(
  address: PortAddress,
  flag: string,
  handler: PortHandler,
  { config, clock }: Gateway,
  files: CertificateFiles | undefined,
): Port {
  try {
    if (files === undefined) return openPlainPort(address, handler, clock);
    return new TlsPort({
      address,
      handler,
      files,
      clock,
      maxConnections: mostConnections(config["websocket.max_connections"]),
      maxConnectionsPerAddress: mostConnections(config["websocket.max_connections_per_address"]),
      proxies: new TrustedProxies(config["http.trusted_proxies"] ?? []),
      // The hub knows why a WebSocket is silent, and ends it first.
      socketPatience: 1000 * config["websocket.connection_timeout"] + grace,
    });
  } catch (cause) {
    const why = cause instanceof Deno.errors.AddrInUse
      ? `it is in use; stop what listens there, or choose another with ${flag}`
      : (cause as Error).message;
    throw new Error(`Cannot listen on ${address.hostname}:${address.port}: ${why}`, { cause });
  }
}

/** WebSockets, as many Socket.IO sessions, and room for requests and to tell others that there is none. */
function mostConnections(sockets: number): number {
  return 2 * sockets + Math.max(100, sockets / 10);
}

function urlOf({ scheme, port }: Port, hostname: string): string {
  return `${scheme}://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}
