import type { Gateway } from "./gateway.ts";

/** Milliseconds that answers under way may take to leave. */
const patience = 1000;

/** Makes the HTTP side of a gateway. */
export type CreateApp = (
  gateway: Gateway,
) => (request: Request, info: Deno.ServeHandlerInfo) => Response | Promise<Response>;

/** A gateway that listens. */
export interface Listening {
  /** Such as `http://127.0.0.1:10401`. */
  readonly url: string;
  readonly port: number;
  /** Drains, closes the port, and gives everything back. */
  stop(): Promise<void>;
}

/**
 * Opens the gateway's port.
 *
 * @throws {Error} when the port cannot be had
 */
export function listen(gateway: Gateway, createApp: CreateApp): Listening {
  const { host: hostname, port } = gateway.config;
  const closing = new AbortController();
  const server = open(() =>
    Deno.serve({
      hostname,
      port,
      signal: closing.signal,
      onListen: () => {},
      onError: () => new Response("Internal error", { status: 500 }),
    }, createApp(gateway)), `${hostname}:${port}`);
  const { port: actual } = server.addr;
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return {
    url: `http://${host}:${actual}`,
    port: actual,
    async stop() {
      await gateway.stop();
      const timer = gateway.clock.after(patience, () => closing.abort());
      await server.shutdown();
      timer.cancel();
    },
  };
}

function open<T>(serve: () => T, address: string): T {
  try {
    return serve();
  } catch (cause) {
    const why = cause instanceof Deno.errors.AddrInUse
      ? "it is in use; stop what listens there, or choose another with --port"
      : (cause as Error).message;
    throw new Error(`Cannot listen on ${address}: ${why}`, { cause });
  }
}
