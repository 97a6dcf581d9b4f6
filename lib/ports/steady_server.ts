import { type Clock, type Timer, within } from "../protocol/mod.ts";
import { logger, Throttle } from "../telemetry/mod.ts";
import type { Port, PortAddress, PortHandler } from "./port.ts";

/** How to listen: with or without TLS. */
type ServeOptions =
  & Pick<Deno.ServeTcpOptions, "hostname" | "port">
  & Partial<Deno.TlsCertifiedKeyPem>;

const log = logger("gateway");
/** Milliseconds after which listening is tried again. */
const recovery = 100;

/** What the server answers where a handler throws; none of ours does. */
const onError = () => new Response("Internal error", { status: 500 });
/** What whoever comes too late is told. */
const closed = () => new Response("Server closing", { status: 503, headers: { connection: "close" } });

/**
 * Deno's server, which keeps its port. By itself it gives up, and takes the process with it, when a connection cannot be
 * accepted, as when all file descriptors are in use; the connections that it has stay, so another can take over from it.
 * Its own `shutdown` would wait for ever for a client that does not send its request to the end, and could then not be
 * aborted any more: so the answers under way are waited for here, and what is left is cut off.
 */
export class SteadyServer {
  readonly port: number;
  readonly #options: ServeOptions;
  readonly #handler: Deno.ServeHandler<Deno.NetAddr>;
  readonly #clock: Clock;
  readonly #warnings: Throttle;
  #isClosed = false;
  /** The one that listens, and those from which it took over. */
  readonly #servers = new Set<Deno.HttpServer<Deno.NetAddr>>();
  readonly #closing = new AbortController();
  #retrying: Timer | undefined;
  /** Requests whose answers have not been sent. */
  #underWay = 0;
  #answered: () => void = () => {};
  readonly #done = () => {
    this.#underWay -= 1;
    if (this.#underWay === 0) this.#answered();
  };

  constructor(options: ServeOptions, handler: Deno.ServeHandler<Deno.NetAddr>, clock: Clock) {
    this.#options = options;
    this.#handler = handler;
    this.#clock = clock;
    this.#warnings = new Throttle({ clock });
    this.port = this.#open(options).addr.port;
  }

  /** Serves nothing new, and ends all connections once the answers under way are sent, or after `patience` milliseconds. */
  async close(patience: number): Promise<void> {
    this.#isClosed = true;
    this.#retrying?.cancel();
    const answered = new Promise<void>((resolve) => this.#answered = resolve);
    const servers = [...this.#servers];
    const deadline = this.#clock.elapsed() + patience;
    if (this.#underWay === 0 || await within(this.#clock, deadline, answered)) {
      // The runtime may still be sending what it was given.
      await within(this.#clock, deadline, Promise.all(servers.map((server) => server.shutdown())));
    } else {
      this.#closing.abort();
      await Promise.all(servers.map((server) => server.finished));
    }
  }

  #open(options: ServeOptions): Deno.HttpServer<Deno.NetAddr> {
    const { signal } = this.#closing;
    const server = Deno.serve(
      { ...options, signal, onListen: () => {}, onError },
      (request, info) => this.#isClosed ? closed() : this.#serve(request, info),
    );
    this.#servers.add(server);
    server.finished.catch((error) => this.#failed(server, error));
    return server;
  }

  #serve(request: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>): Response | Promise<Response> {
    this.#underWay += 1;
    // An upgraded connection, which is not the port's to wait for, counts as answered; that a client went away is nobody's fault.
    info.completed.then(this.#done, this.#done);
    return this.#handler(request, info);
  }

  #failed(server: Deno.HttpServer<Deno.NetAddr>, error: unknown): void {
    this.#servers.delete(server);
    this.#warnings.warn(log, "accept", "Cannot accept connections for now: {error}", {
      error: String(error),
    });
    this.#retry();
  }

  #retry(): void {
    if (this.#isClosed) return;
    this.#retrying = this.#clock.after(recovery, () => {
      try {
        this.#open({ ...this.#options, port: this.port });
      } catch (error) {
        this.#warnings.warn(log, "listen", "Cannot listen for now: {error}", { error: String(error) });
        this.#retry();
      }
    });
  }
}

/** Opens a port without TLS. */
export function openPlainPort(address: PortAddress, handler: PortHandler, clock: Clock): Port {
  const server = new SteadyServer(address, handler, clock);
  return { scheme: "http", port: server.port, close: (patience) => server.close(patience) };
}
