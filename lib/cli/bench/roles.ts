import { bareServer } from "./bare_server.ts";
import { cryptoLoop } from "./crypto_loop.ts";
import { fleet } from "./fleet.ts";

/** What helper processes do, by the name that they are started with. */
export const roles: ReadonlyMap<string, () => Promise<void>> = new Map([
  ["@bare-server", bareServer],
  ["@crypto-loop", cryptoLoop],
  ["@fleet", fleet],
]);
