import type { Socket } from "socket.io";
import type { Config } from "../config/mod.ts";
import type { Inscriptions } from "../inscriptions/mod.ts";
import { type Clock, errorKinds, Refusal } from "../protocol/mod.ts";
import { createSocketServer, guarded, type PeerInfo, type SocketServer } from "../socketio/mod.ts";
import { logger } from "../telemetry/mod.ts";
import type { ApiKeyGate } from "./api_key_gate.ts";
import { type JobPosition, JobSession } from "./job_session.ts";
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
  readonly inscriptions: Inscriptions;
  readonly gate: ApiKeyGate;
}

const log = logger("socketio");

/**
 * The jobs' family over Socket.IO. A client that was cut off and comes back within two minutes is recovered: its packets that
 * were on the way come again, and it goes on following the jobs that it followed, from where it was.
 */
export class JobSocketServer {
  readonly #parts: JobSocketParts;
  readonly #server: SocketServer<Events, Events, Events, SocketData>;

  constructor(parts: JobSocketParts) {
    this.#parts = parts;
    const onFault = (error: unknown) => log.error("Fault in a listener: {error}", { error });
    this.#server = createSocketServer({ ...engineOptions(parts), onFault });
    const { io } = this.#server;
    io.use((socket, next) => this.#admit(socket, next));
    io.on("connection", guarded((socket) => this.#connected(socket), onFault));
    parts.inscriptions.keys.onRevoked((keyId) => io.in(roomOf(keyId)).disconnectSockets(true));
  }

  /** Open sessions. */
  get size(): number {
    return this.#server.engine.clientsCount;
  }

  /** Serves a request below `/socket.io`. */
  handle(request: Request, info: PeerInfo): Promise<Response> {
    return this.#server.handle(request, info);
  }

  /** Tells every client when to come back, and ends all connections such that it does. */
  async close(): Promise<void> {
    const { sockets } = this.#server.io.sockets;
    const spread = Math.min(60_000, 1000 + 10 * sockets.size);
    for (const socket of sockets.values()) {
      const retryAfterMs = 1000 + Math.floor(Math.random() * spread);
      socket.emit("server-closing", { message: errorKinds.server_closing.message, retryAfterMs });
    }
    await this.#server.close();
  }

  #admit(socket: JobSocket, next: (error?: Error) => void): void {
    try {
      const owner = this.#parts.gate.admit(keyOf(socket), socket.handshake.address);
      if (owner === null || (socket.recovered && socket.data.keyId !== owner.id)) {
        return next(connectError("Invalid API key", { code: "unauthorized" }));
      }
      if (!socket.recovered) socket.data = { keyId: owner.id, positions: new Map() };
      next();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      next(connectError(error.message, { code: error.code, retryAfterMs: error.retryAfterMs }));
    }
  }

  async #connected(socket: JobSocket): Promise<void> {
    const { config, clock, inscriptions } = this.#parts;
    const { keyId, positions } = socket.data;
    // The key may have been revoked since the middleware saw it.
    if (inscriptions.keys.verify(keyOf(socket)) === null) return void socket.disconnect(true);
    const session = new JobSession({
      keyId,
      positions,
      inscriptions,
      clock,
      rateLimit: config["websocket.rate_limit"],
      emit: (event, data) => void socket.emit(event, data),
    });
    // Goes no further: names that clients choose are never emitted here.
    socket.use((event) => void session.receive(event));
    socket.on("disconnect", () => session.end());
    await socket.join(roomOf(keyId));
    if (socket.recovered) await session.resume();
  }
}

function engineOptions({ config, clock }: JobSocketParts) {
  const rateLimit = config["websocket.rate_limit"];
  return {
    clock,
    pingInterval: config["socketio.ping_interval"],
    pingTimeout: config["socketio.ping_timeout"],
    maxHttpBufferSize: maxJobMessage,
    maxBuffer: config["websocket.max_queue"],
    maxSessions: config["websocket.max_connections"],
    maxSessionsPerAddress: config["websocket.max_connections_per_address"],
    origins: config["websocket.allowed_origins"],
    // Events above their own limit are answered; whoever goes on regardless loses the session.
    rateLimit: 2 * rateLimit,
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

function roomOf(keyId: string): string {
  return `key:${keyId}`;
}

function connectError(message: string, data: object): Error {
  return Object.assign(new Error(message), { data });
}
