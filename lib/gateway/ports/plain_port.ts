import type { Clock } from "../../protocol/mod.ts";
import { onError, type Port, type PortAddress, type PortHandler } from "./port.ts";
import { SteadyServer } from "./steady_server.ts";

/** Opens a port without TLS. */
export function openPlainPort({ hostname, port }: PortAddress, handler: PortHandler, clock: Clock): Port {
  const closing = new AbortController();
  const options = { hostname, port, signal: closing.signal, onListen: () => {}, onError };
  const server = new SteadyServer(options, handler, clock);
  return {
    scheme: "http",
    port: server.port,
    close: () => server.shutdown(),
    abort: () => closing.abort(),
  };
}
