import { type Connection, type EndCause, type Hub, type Link } from "../../hub/mod.ts";
import type { Refusal } from "../../protocol/mod.ts";
import type { CloseReason, EngineFault, EnginePacket, EngineSession, FaultKind } from "../../socketio/mod.ts";
import { logger } from "../../telemetry/mod.ts";

const log = logger("websocket");

/** One of Socket.IO's sessions beside its connection. */
interface Entry {
  readonly connection: Connection;
  /** Emits an event to the client, once it may send and be sent any. */
  emit: ((event: string, data: object) => void) | undefined;
  /** Why it is about to end, where the end itself does not tell. */
  excuse: { readonly cause: EndCause; readonly detail: string | undefined } | undefined;
}

/** What {@link JobConnections} work with. */
export interface JobConnectionsOptions {
  readonly hub: Hub;
  /** Whether every packet is logged at TRACE. */
  readonly tracePackets: boolean;
}

/** Socket.IO's sessions as connections of the hub. */
export class JobConnections {
  readonly #options: JobConnectionsOptions;
  readonly #bySession = new Map<EngineSession, Entry>();

  constructor(options: JobConnectionsOptions) {
    this.#options = options;
  }

  opened(session: EngineSession): void {
    const { hub, tracePackets } = this.#options;
    const connection = hub.admit(new SessionLink(session), session.place, "jobs");
    const entry: Entry = { connection, emit: undefined, excuse: undefined };
    connection.begin({
      // The protocol has pings of its own.
      mayBeSilent: true,
      receive() {},
      ended() {},
      tell: ({ message, retryAfterMs }: Refusal) => entry.emit?.("server-closing", { message, retryAfterMs }),
    });
    session.label = connection.id;
    this.#bySession.set(session, entry);
    session.on("packet", (packet) => this.#received(connection, packet));
    session.on("packetCreate", (packet) => this.#sent(connection, packet));
    if (tracePackets) trace(session, connection.id);
  }

  /** The client has shown a valid API key. */
  admitted(session: EngineSession, keyId: string): void {
    const connection = this.#bySession.get(session)?.connection;
    if (connection === undefined) return;
    connection.getReady(keyId);
    log.info("Socket.IO connection {id} established with API key {keyId}", { id: connection.id, keyId });
  }

  /** Events reach the client now. */
  connected(session: EngineSession, emit: Entry["emit"]): void {
    const entry = this.#bySession.get(session);
    if (entry !== undefined) entry.emit = emit;
  }

  /** Notes why a session is about to end. */
  excuse(session: EngineSession, cause: EndCause, detail?: string): void {
    const entry = this.#bySession.get(session);
    if (entry !== undefined) entry.excuse = { cause, detail };
  }

  ended(session: EngineSession, reason: CloseReason, fault: EngineFault | undefined): void {
    const entry = this.#bySession.get(session);
    if (entry === undefined) return;
    this.#bySession.delete(session);
    const { hub } = this.#options;
    const { connection, excuse } = entry;
    const cause = excuse?.cause ?? causeOf(reason, fault, connection);
    if (cause === "slow_consumer") hub.activity.slowConsumers.jobs += 1;
    hub.release(connection, { cause, reason, detail: excuse?.detail ?? fault?.message });
  }

  #received(connection: Connection, { type, data }: EnginePacket): void {
    const { hub } = this.#options;
    connection.heardAt = hub.elapsed();
    connection.received += 1;
    hub.activity.received.jobs.add(1, sizeOf(data));
    if (type === "pong") connection.answeredAt = connection.heardAt;
  }

  #sent(connection: Connection, { type, data }: EnginePacket): void {
    connection.sent += 1;
    connection.sentBytes += sizeOf(data);
    if (type === "ping") connection.heartbeatAt = this.#options.hub.elapsed();
  }
}

/** A session as the hub knows it: what is sent on it is socket.io's affair. */
class SessionLink implements Link {
  readonly #session: EngineSession;

  constructor(session: EngineSession) {
    this.#session = session;
  }

  get bufferedAmount(): number {
    return this.#session.queued;
  }

  send(): void {}

  close(): void {
    this.#session.close();
  }

  sever(): void {
    this.#session.close(true);
  }
}

const faultCauses = {
  protocol: "protocol_error",
  slow: "slow_consumer",
  rate: "rate_limited",
  size: "too_large",
  lost: "connection_lost",
} as const satisfies Record<FaultKind, EndCause>;

function causeOf(reason: CloseReason, fault: EngineFault | undefined, { peer }: Connection): EndCause {
  switch (reason) {
    case "ping timeout":
      return "heartbeat_timeout";
    case "parse error":
      return "invalid_message";
    case "transport error":
      return faultCauses[fault?.kind ?? "protocol"];
    case "forced close":
      return peer === undefined ? "not_authorized" : "closed";
    case "transport close":
      return "client_closed";
  }
}

function sizeOf(data: EnginePacket["data"]): number {
  if (data === undefined) return 0;
  return typeof data === "string" ? data.length : data.byteLength;
}

function trace(session: EngineSession, id: string): void {
  session.on("packet", (packet) => log.trace("{id} < {frame}", { id, frame: show(packet) }));
  session.on("packetCreate", (packet) => log.trace("{id} > {frame}", { id, frame: show(packet) }));
}

function show({ type, data }: EnginePacket): string {
  return typeof data === "string" || data === undefined ? `${type} ${data ?? ""}` : `${type} (binary)`;
}
