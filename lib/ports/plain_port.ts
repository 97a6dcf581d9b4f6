import type { Clock } from "../protocol/mod.ts";
import type { Port, PortAddress, PortHandler } from "./port.ts";
import { SteadyServer } from "./steady_server.ts";

/** Opens a port without TLS. */
export function openPlainPort(address: PortAddress, handler: PortHandler, clock: Clock): Port {
  const server = new SteadyServer(address, handler, clock);
  return { scheme: "http", port: server.port, close: (patience) => server.close(patience) };
}
