import type { Socket } from "socket.io";
import type { Config } from "../../config/mod.ts";
import type { EndCause, Hub } from "../../hub/mod.ts";
import type { Inscriptions } from "../inscriptions.ts";
import { type Clock, Refusal } from "../../protocol/mod.ts";
import {
  type CloseReason,
  createSocketServer,
  type EngineErrorName,
  engineErrors,
  type EngineSession,
  guarded,
  type PeerInfo,
  type SocketServer,
} from "../../socketio/mod.ts";
import { type Activity, logger, Throttle } from "../../telemetry/mod.ts";
import type { ApiKeyGate } from "../api_keys.ts";
import { JobConnections } from "./job_connections.ts";
import { type Emit, type JobPosition, JobSession } from "./job_session.ts";
import { maxJobMessage } from "./job_sockets.ts";

type Events = Record<string, (...values: unknown[]) => void>;

/** What is kept of a client, for a while also after it was cut off. */
interface SocketData {
  keyId: string;
  positions: Map<string, JobPosition>;
}

type JobSocket = Socket<Events, Events, Events, SocketData>;

/** What {@link JobSocketServer} works with. */
export interface JobSocketParts {
  readonly config: Config;
  readonly clock: Clock;
  readonly activity: Activity;
  readonly inscriptions: Inscriptions;
  readonly gate: ApiKeyGate;
  readonly hub: Hub;
}

const log = logger("socketio");

/**
 * The jobs' family over Socket.IO. A client that was cut off and comes back within two minutes is recovered: its packets that
 * were on the way come again, and it goes on following the jobs that it followed, from where it was.
 */
export class JobSocketServer {
  readonly #parts: JobSocketParts;
  readonly #server: SocketServer<Events, Events, Events, SocketData>;
  readonly #connections: JobConnections;
  readonly #faults: Throttle;

  constructor(parts: JobSocketParts) {
    this.#parts = parts;
    const { config, clock, hub } = parts;
    const tracePackets = config["websocket.log_level"] === "TRACE";
    const connections = this.#connections = new JobConnections({ hub, tracePackets });
    const faults = this.#faults = new Throttle({ clock });
    const onFault = (error: unknown) =>
      faults.error(log, "listener", "Fault in a listener: {error}", { error });
    const onRefused = (name: EngineErrorName, address?: string) => this.#refused(name, address);
    const policy = (session: EngineSession) => connections.begin(session);
    this.#server = createSocketServer({ ...engineOptions(parts), policy, onFault, onRefused });
    const { io, engine } = this.#server;
    engine.on("disconnection", (session, reason, fault) => connections.ended(session, reason, fault));
    engine.on("disconnection", (_session, reason) => parts.activity.engineCloses[closeLabels[reason]] += 1);
    io.use((socket, next) => this.#admit(socket, next));
    io.on("connection", guarded((socket) => this.#connected(socket), onFault));
    parts.inscriptions.keys.onRevoked((keyId) => io.in(roomOf(keyId)).disconnectSockets(true));
  }

  /** Open sessions. */
  get size(): number {
    return this.#server.engine.clientsCount;
  }

  /** Open sessions by what carries them now. */
  get transports(): { readonly polling: number; readonly websocket: number } {
    return this.#server.engine.transports;
  }

  /** Serves a request below `/socket.io`. */
  handle(request: Request, info: PeerInfo): Promise<Response> {
    return this.#server.handle(request, info);
  }

  /** Takes no more sessions. */
  stopAdmitting(): void {
    this.#server.engine.stopAdmitting();
  }

  /** Ends what is left, and gives everything back. */
  async close(): Promise<void> {
    this.stopAdmitting();
    await this.#server.close();
  }

  #refused(name: EngineErrorName, address: string | undefined): void {
    if (name === "unsupportedVersion") {
      const message =
        "Turned a Socket.IO client at {address} away: versions 3 and 4 work, 1 and 2 (EIO=3) do not";
      this.#faults.warn(log, name, message, { address: address ?? "an unknown address" });
    }
    const code = refusalReasons[name] ?? "invalid_request";
    this.#parts.hub.turnAway({ family: "jobs", address, code, status: engineErrors[name].status });
  }

  #admit(socket: JobSocket, next: (error?: Error) => void): void {
    try {
      const owner = this.#parts.gate.admit(keyOf(socket), socket.handshake.address);
      if (owner === null || (socket.recovered && socket.data.keyId !== owner.id)) {
        this.#parts.activity.refuse("unauthorized");
        this.#connections.excuse(sessionOf(socket), "not_authorized", "Invalid API key");
        return next(connectError("Invalid API key", { code: "unauthorized" }));
      }
      this.#connections.admitted(sessionOf(socket), owner.id);
      if (!socket.recovered) socket.data = { keyId: owner.id, positions: new Map() };
      next();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#parts.activity.refuse(error.code);
      this.#connections.excuse(sessionOf(socket), "not_authorized", error.detail);
      next(connectError(error.message, { code: error.code, retryAfterMs: error.retryAfterMs }));
    }
  }

  async #connected(socket: JobSocket): Promise<void> {
    const { inscriptions } = this.#parts;
    const { keyId, positions } = socket.data;
    // The key may have been revoked since the middleware saw it.
    if (inscriptions.keys.verify(keyOf(socket)) === null) return void socket.disconnect(true);
    const emit: Emit = socket.emit.bind(socket);
    const session = new JobSession({ keyId, positions, inscriptions, emit });
    this.#connections.connected(sessionOf(socket), emit);
    // Goes no further: names that clients choose are never emitted here.
    socket.use((event) => void session.receive(event));
    socket.on("disconnect", () => session.end());
    await socket.join(roomOf(keyId));
    if (socket.recovered) await session.resume();
  }
}

const closeLabels = {
  "transport close": "transport_close",
  "transport error": "transport_error",
  "ping timeout": "ping_timeout",
  "parse error": "parse_error",
  "forced close": "forced_close",
} as const satisfies Record<CloseReason, string>;

/** What an engine's refusals are counted as; all others are of malformed requests. */
const refusalReasons: Partial<Record<EngineErrorName, EndCause>> = {
  full: "max_connections",
  closing: "server_closing",
  forbidden: "origin_not_allowed",
};

function engineOptions({ config, clock, hub }: JobSocketParts) {
  return {
    clock,
    pingInterval: config["socketio.ping_interval"],
    pingTimeout: config["socketio.ping_timeout"],
    maxHttpBufferSize: maxJobMessage,
    places: { take: (address: string) => hub.reserve(address) },
    origins: config["websocket.allowed_origins"],
    maxDepth: 32,
    io: {
      connectTimeout: 1000 * config["websocket.auth_timeout"],
      connectionStateRecovery: { maxDisconnectionDuration: 120_000 },
    },
  };
}

function keyOf({ handshake: { auth, headers } }: JobSocket): unknown {
  return auth["apiKey"] ?? headers["x-api-key"];
}

/** socket.io's `conn` is what the engine that it was bound to made. */
function sessionOf({ conn }: JobSocket): EngineSession {
  return conn as unknown as EngineSession;
}

function roomOf(keyId: string): string {
  return `key:${keyId}`;
}

function connectError(message: string, data: object): Error {
  return Object.assign(new Error(message), { data });
}
