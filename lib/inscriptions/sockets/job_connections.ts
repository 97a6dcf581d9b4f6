import type { Connection, EndCause, Hub, Link, Session } from "../../hub/mod.ts";
import { maxStrangerSize, type Refusal } from "../../protocol/mod.ts";
import type {
  CloseReason,
  EngineFault,
  EnginePacket,
  EngineSession,
  FaultKind,
  MessageData,
  SessionPolicy,
} from "../../socketio/mod.ts";
import { logger } from "../../telemetry/mod.ts";
import { InscriptionError } from "../errors.ts";
import { describeFailure, type Emit } from "./job_session.ts";
import { maxJobMessage } from "./job_sockets.ts";

const log = logger("websocket");

/** What {@link JobConnections} work with. */
interface JobConnectionsOptions {
  readonly hub: Hub;
  /** Whether every packet is logged at TRACE. */
  readonly tracePackets: boolean;
}

/** Socket.IO's sessions as connections of the hub. */
export class JobConnections {
  readonly #options: JobConnectionsOptions;
  readonly #bySession = new Map<EngineSession, JobConnection>();

  constructor(options: JobConnectionsOptions) {
    this.#options = options;
  }

  /** Takes in a session that begins, which is bounded as the hub's connections are. */
  begin(session: EngineSession): SessionPolicy {
    const { hub, tracePackets } = this.#options;
    const connection = new JobConnection(session, hub);
    this.#bySession.set(session, connection);
    if (tracePackets) {
      session.on(
        "packetCreate",
        (packet) => log.trace("{id} > {frame}", { id: session.label, frame: show(packet) }),
      );
    }
    return connection;
  }

  /** The client has shown a valid API key. */
  admitted(session: EngineSession, keyId: string): void {
    const connection = this.#bySession.get(session)?.connection;
    if (connection === undefined) return;
    connection.getReady(keyId);
    log.info("Socket.IO connection {id} established with API key {keyId}", { id: connection.id, keyId });
  }

  /** Events reach the client now. */
  connected(session: EngineSession, emit: Emit): void {
    const connection = this.#bySession.get(session);
    if (connection !== undefined) connection.emit = emit;
  }

  /** Notes why a session is about to end, where the end itself does not tell. */
  excuse(session: EngineSession, cause: EndCause, detail?: string): void {
    const connection = this.#bySession.get(session);
    if (connection !== undefined) connection.excuse = { cause, detail };
  }

  ended(session: EngineSession, reason: CloseReason, fault: EngineFault | undefined): void {
    const ended = this.#bySession.get(session);
    if (ended === undefined) return;
    this.#bySession.delete(session);
    const { connection, excuse } = ended;
    const cause = excuse?.cause ?? causeOf(reason, fault, connection);
    this.#options.hub.release(connection, { cause, reason, detail: excuse?.detail ?? fault?.message });
  }
}

/** One session, its connection, and what there is between the two: how much may come in and wait is the hub's to say. */
export class JobConnection implements Session, SessionPolicy {
  readonly connection: Connection;
  /** The protocol has pings of its own. */
  readonly mayBeSilent = true;
  readonly maxMessageSize = maxJobMessage;
  /** Emits an event to the client, once it may send and be sent any. */
  emit: Emit | undefined;
  excuse: { readonly cause: EndCause; readonly detail: string | undefined } | undefined;
  readonly #session: EngineSession;
  readonly #hub: Hub;

  constructor(session: EngineSession, hub: Hub) {
    this.#session = session;
    this.#hub = hub;
    this.connection = hub.admit(new SessionLink(session), session.place, "jobs");
    session.label = this.connection.id;
    session.on("packet", ({ type }) => {
      this.connection.heardAt = hub.elapsed();
      if (type === "pong") this.connection.answeredAt = this.connection.heardAt;
    });
    session.on("packetCreate", (packet) => this.#sent(packet));
    this.connection.begin(this);
  }

  bodyBounds() {
    const { peer, address } = this.connection;
    const { budget } = this.#hub;
    return peer === undefined
      ? { maxSize: maxStrangerSize, lease: budget.lease({ address }) }
      : { maxSize: maxJobMessage, lease: budget.lease({ name: peer }) };
  }

  take(message: MessageData | undefined): boolean {
    this.#hub.receive(this.connection, message);
    return true;
  }

  hasRoom(bytes: number): boolean {
    return this.connection.makeRoom(bytes);
  }

  /** What a stranger sends counts against its address alone; a file is one message, however large. */
  costOf(): number {
    return this.connection.peer === undefined ? 0 : 1;
  }

  /** The number under which an event is to be acknowledged, such as `#17`; else the job that it is about. */
  nameOf(text: string): string | undefined {
    const [, number] = /^(?:2|5\d+-)(\d{1,15})\[/.exec(text) ?? [];
    if (number !== undefined) return `#${number}`;
    return /^2\["[\w-]{1,64}",(?:\{"jobId":)?"([^"\\]{1,128})"/.exec(text)?.[1];
  }

  receive(text: string): void {
    if (isBinary(text)) this.#answer(this.nameOf(text), describeFailure(bytesRefused()));
    else this.#session.deliver(text);
  }

  tell(refusal: Refusal): void {
    const { code, message, retryAfterMs, inReplyTo } = refusal;
    if (code === "server_closing") this.emit?.("server-closing", { message, retryAfterMs });
    else if (code === "rate_limited") this.#answer(inReplyTo, describeFailure(refusal));
  }

  ended(): void {}

  #answer(name: string | undefined, failure: object): void {
    if (name === undefined) this.emit?.("inscription-error", failure);
    else if (!name.startsWith("#")) this.emit?.("inscription-error", { jobId: name, ...failure });
    else this.#session.write(`3${name.slice(1)}${JSON.stringify([{ success: false, ...failure }])}`);
  }

  #sent({ type, data }: EnginePacket): void {
    const { connection } = this;
    connection.sent += 1;
    connection.sentBytes += sizeOf(data);
    if (type === "ping") connection.heartbeatAt = this.#hub.elapsed();
  }
}

/** Whether bytes belong to a packet, which would have to be kept until the last of them has come. */
function isBinary(text: string): boolean {
  return text.startsWith("5") || text.startsWith("6");
}

function bytesRefused(): InscriptionError {
  return new InscriptionError("invalid_request", "Invalid request: expected JSON, got bytes");
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

function show({ type, data }: EnginePacket): string {
  return typeof data === "string" || data === undefined ? `${type} ${data ?? ""}` : `${type} (binary)`;
}
