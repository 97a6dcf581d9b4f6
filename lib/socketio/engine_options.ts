import process from "node:process";
import type { Places } from "../hub/places.ts";
import { type Clock, systemClock } from "../protocol/clock.ts";
import type { EngineErrorName } from "./engine_errors.ts";
import type { EngineSession } from "./engine_session.ts";
import type { SessionPolicy } from "./session_policy.ts";

/** Where a session's packets and requests come from. */
export interface PeerInfo {
  /** The client's IP address. */
  readonly address: string;
  /** Whether it came over TLS. */
  readonly secure: boolean;
}

/** What an {@link EngineServer} can be told. Sizes are in bytes, durations in milliseconds. */
export interface EngineOptions {
  /** Where it is served, with or without the last slash. */
  readonly path: string;
  /** From the handshake, or the last answer to a ping, to the next ping. */
  readonly pingInterval: number;
  /** How long a client may take to answer a ping. */
  readonly pingTimeout: number;
  /** How long a WebSocket may take to replace polling. */
  readonly upgradeTimeout: number;
  /** How long {@link EngineServer.close} waits for clients to take their leave. */
  readonly closeTimeout: number;
  /** The largest message or POST body. */
  readonly maxHttpBufferSize: number;
  /** What may wait unsent for one session before it is closed. */
  readonly maxBuffer: number;
  /** Who counts sessions and their sockets; may be shared with whatever else is connected. */
  readonly places: Pick<Places, "take">;
  /** Messages a second of one session; bursts may be four times that. */
  readonly rateLimit: number;
  /** Origins of web pages that may connect. Only listed ones may send credentials. */
  readonly origins: "all" | readonly string[];
  /** What to tell clients that speak another protocol. */
  readonly wrongProtocol: string;
  readonly clock: Clock;
  /** Who bounds a session that begins, instead of `maxBuffer` and `rateLimit`: whoever knows more of its client. */
  readonly policy?: (session: EngineSession) => SessionPolicy;
  /** Looks at a message before anybody pays for it; false ends the session with `parse error`. */
  accepts(message: unknown): boolean;
  /** Is told of every request that was refused, and whose it was where it asked for a session. */
  onRefused(name: EngineErrorName, address?: string): void;
  /** Is told what listeners throw; by default it is a warning of the process. */
  onFault(error: unknown): void;
}

/** As the original has them, where it has them; places are counted for each engine by itself. */
export const engineDefaults: Omit<EngineOptions, "places"> = {
  path: "/socket.io/",
  pingInterval: 25_000,
  pingTimeout: 20_000,
  upgradeTimeout: 10_000,
  closeTimeout: 1000,
  maxHttpBufferSize: 1e6,
  maxBuffer: 4 * 1024 * 1024,
  rateLimit: Infinity,
  origins: "all",
  wrongProtocol: "This is a Socket.IO endpoint; connect plain WebSockets to /ws",
  clock: systemClock,
  accepts: () => true,
  onRefused: () => {},
  onFault: (error) => process.emitWarning(error instanceof Error ? error : String(error)),
};
