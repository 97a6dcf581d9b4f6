import type { CreateApp } from "../../lib/gateway/mod.ts";
import { bareServer } from "./bare_server.ts";
import { cryptoLoop } from "./crypto_loop.ts";
import { fleet } from "./fleet.ts";
import { streamFleet } from "./stream_fleet.ts";
import { streamServer } from "./stream_server.ts";

/** What helper processes do, by the name that they are started with. */
export const roles: ReadonlyMap<string, (createApp: CreateApp) => Promise<void>> = new Map([
  ["@bare-server", bareServer],
  ["@crypto-loop", cryptoLoop],
  ["@fleet", fleet],
  ["@stream-fleet", streamFleet],
  ["@stream-server", streamServer],
]);
