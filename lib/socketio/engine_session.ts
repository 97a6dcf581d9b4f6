import { EventEmitter } from "node:events";
import type { Place } from "../hub/places.ts";
import { EngineFault, type FaultKind, refuse } from "./engine_errors.ts";
import type { EngineOptions } from "./engine_options.ts";
import { type EnginePacket, type MessageData, sizeOf } from "./engine_packet.ts";
import type { HandshakeRequest } from "./handshake_request.ts";
import { Heartbeat } from "./heartbeat.ts";
import { PollingTransport } from "./polling_transport.ts";
import { PlainPolicy, type SessionPolicy } from "./session_policy.ts";
import type { CloseReason, Transport, TransportOwner } from "./transport.ts";
import { Upgrade } from "./upgrade.ts";
import type { WebSocketTransport } from "./websocket_transport.ts";

/** What a session emits, with the arguments of its listeners. */
export interface SessionEvents {
  data: [data: unknown];
  packet: [packet: EnginePacket];
  packetCreate: [packet: EnginePacket];
  heartbeat: [];
  drain: [];
  upgrade: [transport: Transport];
  close: [reason: CloseReason, description?: EngineFault];
}

/** What makes a session. */
export interface SessionOptions {
  readonly id: string;
  readonly request: HandshakeRequest;
  readonly place: Place;
  readonly engine: EngineOptions;
  /** The WebSocket that it begins with; without one it begins with polling. */
  readonly transport?: WebSocketTransport;
  /** It is over. */
  ended(session: EngineSession, reason: CloseReason, fault?: EngineFault): void;
}

/** A client of an Engine.IO server, whatever it is connected by: what socket.io knows as `conn`. */
export class EngineSession extends EventEmitter<SessionEvents> implements TransportOwner {
  readonly id: string;
  readonly request: HandshakeRequest;
  readonly remoteAddress: string;
  /** Held by it and by each of its sockets. */
  readonly place: Place;
  /** The revision of the Engine.IO protocol. */
  readonly protocol = 4;
  /** A name that may be shown to anybody, which `id` may not; part of the reason that a WebSocket is closed with. */
  label: string | undefined;
  readonly #engine: EngineOptions;
  readonly #ended: SessionOptions["ended"];
  readonly #heartbeat: Heartbeat;
  readonly #policy: SessionPolicy;
  #state: "open" | "closing" | "closed" = "open";
  #transport: PollingTransport | WebSocketTransport;
  #upgrade: Upgrade | undefined;
  /** What a WebSocket replaced; a POST may still be on its way in. */
  #replaced: PollingTransport | undefined;
  #buffer: EnginePacket[] = [];
  #bytes = 0;

  constructor({ id, request, place, engine, transport, ended }: SessionOptions) {
    super();
    this.id = id;
    this.request = request;
    this.place = place;
    this.remoteAddress = request.connection.remoteAddress;
    this.#engine = engine;
    this.#ended = ended;
    this.#transport = transport ?? new PollingTransport(this, {
      clock: engine.clock,
      bounds: () => ({ clock: engine.clock, ...this.#policy.bodyBounds() }),
    });
    this.#policy = engine.policy?.(this) ?? new PlainPolicy(this, engine);
    this.#enqueue({ type: "open", data: this.#handshake() });
    this.#heartbeat = new Heartbeat({
      clock: engine.clock,
      interval: engine.pingInterval,
      timeout: engine.pingTimeout,
      ping: () => this.#enqueue({ type: "ping" }),
      expired: () => this.lost("ping timeout"),
    });
  }

  get readyState(): "open" | "closing" | "closed" {
    return this.#state;
  }

  get transport(): PollingTransport | WebSocketTransport {
    return this.#transport;
  }

  /** Bytes that wait unsent. */
  get queued(): number {
    return this.#bytes + this.#transport.backlog;
  }

  /** Whether a WebSocket may try to replace polling; not while another does, or is not gone after it failed. */
  get isUpgradable(): boolean {
    return this.#state === "open" && this.#transport.name === "polling" && this.#upgrade === undefined;
  }

  /** Sends a message. */
  write(data: MessageData): this {
    this.#enqueue({ type: "message", data });
    return this;
  }

  /** The same as {@link write}. */
  send(data: MessageData): this {
    return this.write(data);
  }

  /** Ends the session once what waits has been sent; with `discard` at once. */
  close(discard = false): this {
    if (discard) this.lost("forced close");
    else if (this.#state === "open") {
      this.#flush();
      this.#state = "closing";
      this.#transport.close(() => this.lost("forced close"));
    }
    return this;
  }

  /** Answers a polling client's request. */
  serve(request: Request): Promise<Response> {
    const transport = this.#transport;
    if (transport.name === "websocket") return Promise.resolve(refuse("badRequest"));
    return request.method === "GET" ? transport.poll(request.signal) : transport.post(request);
  }

  /** Lets a WebSocket try to replace polling. */
  startUpgrade(): Upgrade {
    const upgrade = new Upgrade({
      clock: this.#engine.clock,
      timeout: this.#engine.upgradeTimeout,
      releasePoll: () => this.#releasePoll(),
      succeeded: (transport) => this.#switchTo(transport),
      gone: () => {
        if (this.#upgrade === upgrade) this.#upgrade = undefined;
      },
    });
    return this.#upgrade = upgrade;
  }

  receive(packet: EnginePacket): boolean {
    if (this.#state !== "open") return true;
    this.#tell("packet", packet);
    if (packet.type !== "pong") this.#heartbeat.heard();
    switch (packet.type) {
      case "message":
        return this.#policy.take(packet.data);
      case "pong":
        this.#heartbeat.pong();
        this.#tell("heartbeat");
        return true;
      case "close":
        this.lost("transport close");
        return true;
      case "ping":
        return this.#reject("transport error", "protocol", "invalid heartbeat direction");
      case "error":
        return this.#reject("parse error", "protocol", "not an Engine.IO packet");
      default:
        return true;
    }
  }

  /** Hands a message of the client's on to those who listen; one that is not accepted ends the session, and gives false. */
  deliver(message: MessageData | undefined): boolean {
    if (!this.#engine.accepts(message)) {
      return this.#reject("parse error", "protocol", "message not accepted");
    }
    this.#tell("data", message);
    return true;
  }

  ready(): void {
    if (this.#buffer.length === 0) this.#upgrade?.pollWaits();
    else this.#flush();
  }

  /** Ends the session. */
  lost(reason: CloseReason, description?: EngineFault): void {
    if (this.#state === "closed") return;
    this.#flush();
    this.#state = "closed";
    this.#heartbeat.stop();
    this.#upgrade?.abort();
    this.#replaced?.drop();
    this.#transport.drop();
    this.#ended(this, reason, description);
    this.#buffer = [];
    this.#tell("close", reason, description);
  }

  #handshake(): string {
    const { pingInterval, pingTimeout, maxHttpBufferSize: maxPayload } = this.#engine;
    const upgrades = this.#transport.name === "polling" ? ["websocket"] : [];
    return JSON.stringify({ sid: this.id, upgrades, pingInterval, pingTimeout, maxPayload });
  }

  #reject(reason: CloseReason, kind: FaultKind, why: string): false {
    this.lost(reason, new EngineFault(kind, why));
    return false;
  }

  #enqueue(packet: EnginePacket): void {
    const size = sizeOf(packet);
    if (this.#state !== "open" || !this.#policy.hasRoom(size)) return;
    this.#tell("packetCreate", packet);
    this.#buffer.push(packet);
    this.#bytes += size;
    // Packets of one turn go into one answer to a poll: the next one is a round trip away.
    if (this.#transport.name === "polling") queueMicrotask(() => this.#flush());
    else this.#flush();
  }

  #flush(): void {
    if (!this.#transport.open || this.#buffer.length === 0) return;
    const packets = this.#buffer;
    this.#buffer = [];
    this.#bytes = 0;
    this.#transport.send(packets);
    this.#tell("drain");
  }

  #releasePoll(): void {
    if (this.#transport.name === "polling" && this.#transport.open) this.#transport.send([{ type: "noop" }]);
  }

  #switchTo(transport: WebSocketTransport): void {
    if (this.#transport.name === "polling") this.#replaced = this.#transport;
    this.#replaced?.retire();
    this.#upgrade = undefined;
    this.#transport = transport;
    transport.owner = this;
    this.#tell("upgrade", transport);
    this.#flush();
    if (this.#state === "closing") transport.close(() => this.lost("forced close"));
  }

  /** A listener's fault is its own: it must not end the session, let alone the process. */
  #tell<Name extends keyof SessionEvents>(name: Name, ...values: SessionEvents[Name]): void {
    try {
      // Types of Node and Deno differ in how they tie an event's name to its values.
      Reflect.apply(this.emit, this, [name, ...values]);
    } catch (error) {
      this.#engine.onFault(error);
    }
  }
}
