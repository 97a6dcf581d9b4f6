import type { Clock, Timer } from "../../protocol/mod.ts";
import { logger, Throttle } from "../../telemetry/mod.ts";

/** How to listen: with or without TLS. */
export type ServeOptions = Deno.ServeTcpOptions & Partial<Deno.TlsCertifiedKeyPem>;

const log = logger("gateway");
/** Milliseconds after which listening is tried again. */
const recovery = 100;

/**
 * Deno's server, which keeps its port. By itself it gives up, and takes the process with it, when a connection cannot be
 * accepted, as when all file descriptors are in use; the connections that it has stay, so another can take over from it.
 */
export class SteadyServer {
  readonly port: number;
  readonly #options: ServeOptions;
  readonly #handler: Deno.ServeHandler<Deno.NetAddr>;
  readonly #clock: Clock;
  readonly #warnings: Throttle;
  /** The one that listens, and those from which it took over. */
  readonly #servers = new Set<Deno.HttpServer<Deno.NetAddr>>();
  #retrying: Timer | undefined;
  #isClosed = false;

  constructor(options: ServeOptions, handler: Deno.ServeHandler<Deno.NetAddr>, clock: Clock) {
    this.#options = options;
    this.#handler = handler;
    this.#clock = clock;
    this.#warnings = new Throttle({ clock });
    this.port = this.#open(options).addr.port;
  }

  /** Takes no more connections; resolves when those that are open have ended. */
  async shutdown(): Promise<void> {
    this.#isClosed = true;
    this.#retrying?.cancel();
    await Promise.all([...this.#servers].map((server) => server.shutdown()));
  }

  #open(options: ServeOptions): Deno.HttpServer<Deno.NetAddr> {
    const server = Deno.serve(options, this.#handler);
    this.#servers.add(server);
    server.finished.catch((error) => this.#failed(server, error));
    return server;
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
