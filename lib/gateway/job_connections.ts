import { type ConnectionRecord, type ConnectionRecords, type EndCause, endCauses } from "../hub/mod.ts";
import type { Clock } from "../protocol/mod.ts";
import type { CloseReason, EnginePacket, EngineSession } from "../socketio/mod.ts";
import { logger } from "../telemetry/mod.ts";

const log = logger("websocket");

/** A Socket.IO client's connection, as far as the hub's records go. */
interface JobConnection {
  readonly session: EngineSession;
  readonly id: string;
  readonly openedAt: number;
  peer: string | undefined;
  readyAt: number | undefined;
  closingAt: number | undefined;
  /** Why this end closed it, or is about to. */
  cause: EndCause | undefined;
  detail: string | undefined;
}

/** What {@link JobConnections} work with. */
export interface JobConnectionsOptions {
  readonly records: ConnectionRecords;
  readonly clock: Clock;
  /** Whether every packet is logged at TRACE. */
  readonly tracePackets: boolean;
}

/** Socket.IO's sessions among the connections of all families: each has an id, and its ending is remembered. */
export class JobConnections {
  readonly #options: JobConnectionsOptions;
  readonly #bySession = new Map<EngineSession, JobConnection>();

  constructor(options: JobConnectionsOptions) {
    this.#options = options;
  }

  /** How the open ones stand. */
  *list(): Generator<ConnectionRecord> {
    for (const connection of this.#bySession.values()) yield describe(connection);
  }

  opened(session: EngineSession): void {
    const { records, clock, tracePackets } = this.#options;
    const id = session.label = records.nextId();
    this.#bySession.set(session, {
      session,
      id,
      openedAt: clock.now(),
      peer: undefined,
      readyAt: undefined,
      closingAt: undefined,
      cause: undefined,
      detail: undefined,
    });
    if (tracePackets) trace(session, id);
  }

  /** The client has shown a valid API key. */
  admitted(session: EngineSession, keyId: string): void {
    const connection = this.#bySession.get(session);
    if (connection === undefined) return;
    connection.peer = keyId;
    session.place.settle("proven");
    connection.readyAt ??= this.#options.clock.now();
    log.info("Socket.IO connection {id} established with API key {keyId}", { id: connection.id, keyId });
  }

  /** Somebody was refused before there was a session. */
  turnedAway(cause: EndCause, code: number, address: string): void {
    this.#options.records.turnedAway({ family: "jobs", address, cause, code });
  }

  /** Notes why a session is about to end. */
  excuse(session: EngineSession, cause: EndCause, detail?: string): void {
    const connection = this.#bySession.get(session);
    if (connection === undefined) return;
    connection.cause = cause;
    connection.detail = detail;
  }

  /** Closes a session, for a reason that is this end's own. */
  close(session: EngineSession, cause: EndCause): void {
    const connection = this.#bySession.get(session);
    if (connection === undefined) return;
    connection.closingAt = this.#options.clock.now();
    connection.cause = cause;
    connection.session.close();
  }

  /** Closes the one with that id; false when there is none. */
  drop(id: string): boolean {
    const connection = this.#bySession.values().find((connection) => connection.id === id);
    if (connection !== undefined) this.close(connection.session, "dropped");
    return connection !== undefined;
  }

  ended(session: EngineSession, reason: CloseReason, error: Error | undefined): void {
    const connection = this.#bySession.get(session);
    if (connection === undefined) return;
    this.#bySession.delete(session);
    const cause = connection.cause ?? causeOf(reason, error, connection);
    this.#options.records.ended({
      ...describe(connection),
      ending: {
        at: this.#options.clock.now(),
        by: endCauses[cause].by,
        cause,
        detail: connection.detail ?? error?.message,
        // Engine.IO closes without one.
        code: undefined,
        reason,
        refused: false,
      },
    });
  }
}

function describe(connection: JobConnection): ConnectionRecord {
  const { session, id, peer, openedAt, readyAt, closingAt } = connection;
  return {
    id,
    family: "jobs",
    address: session.remoteAddress,
    peer,
    claimed: undefined,
    openedAt,
    readyAt,
    heardAt: session.heardAt,
    heartbeatAt: session.pingedAt,
    answeredAt: session.pongedAt,
    received: session.received,
    sent: session.sent,
    queued: session.queued,
    closingAt,
    ending: undefined,
  };
}

const transportErrors: readonly (readonly [RegExp, EndCause])[] = [
  [/ bytes wait unsent$/, "slow_consumer"],
  [/^too many messages$/, "rate_limited"],
  [/too large$/, "too_large"],
  [/^connection lost$|closed prematurely$/, "connection_lost"],
];

function causeOf(reason: CloseReason, error: Error | undefined, { peer }: JobConnection): EndCause {
  switch (reason) {
    case "ping timeout":
      return "heartbeat_timeout";
    case "parse error":
      return "invalid_message";
    case "transport error":
      return transportErrors.find(([pattern]) => pattern.test(error?.message ?? ""))?.[1] ?? "protocol_error";
    case "forced close":
      return peer === undefined ? "not_authorized" : "closed";
    case "transport close":
      return "client_closed";
  }
}

function trace(session: EngineSession, id: string): void {
  session.on("packet", (packet) => log.trace("{id} < {frame}", { id, frame: show(packet) }));
  session.on("packetCreate", (packet) => log.trace("{id} > {frame}", { id, frame: show(packet) }));
}

function show({ type, data }: EnginePacket): string {
  return typeof data === "string" || data === undefined ? `${type} ${data ?? ""}` : `${type} (binary)`;
}
