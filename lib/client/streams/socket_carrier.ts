import type { Timer } from "../../protocol/clock.ts";
import {
  type Carrier,
  type CarrierEnd,
  type CarrierEvents,
  type CarrierParts,
  handshakeMs,
} from "./carrier.ts";
import { FrameDecoder } from "./frame_decoder.ts";
import { Liveness } from "./liveness.ts";
import type { StreamSocket, StreamSocketClass } from "./options.ts";
import { readServerMessage, type ServerError, type ServerMessage, streamRefusals } from "./server_message.ts";
import { SocketSubscriptions } from "./socket_subscriptions.ts";

const limits = { quietMs: 20_000, deadMs: 10_000 };
/** Close codes that say that the same attempt will fail again. RFC 6455, section 7.4.1. */
const refusals = [1003, 1007, 1008, 1010];
/** Errors of a request, which say nothing about the connection. */
const requestErrors = ["invalid_json", "invalid_message", "unknown_type", ...streamRefusals];

/** How to connect. */
interface SocketKind {
  readonly class: StreamSocketClass;
  /** The subprotocols to offer. */
  readonly protocols: readonly string[];
}

/** Messages over one WebSocket. */
export class SocketCarrier implements Carrier {
  readonly transport = "websocket";
  readonly #parts: CarrierParts;
  readonly #events: CarrierEvents;
  readonly #kind: SocketKind;
  readonly #liveness: Liveness;
  readonly #decoder: FrameDecoder;
  readonly #subscriptions: SocketSubscriptions;
  #socket: StreamSocket | undefined;
  #stage: "connecting" | "open" | "heard" | "live" | "ended" = "connecting";
  #deadline: Timer | undefined;
  /** Why the server is going to close. */
  #error: ServerError | undefined;

  constructor(parts: CarrierParts, events: CarrierEvents, kind: SocketKind) {
    this.#parts = parts;
    this.#events = events;
    this.#kind = kind;
    this.#liveness = new Liveness(parts.settings.clock, limits, {
      quiet: () => this.#send({ type: "ping" }),
      dead: () => this.#fail(`Nothing received from ${this.#name} for 30 s`),
    });
    this.#decoder = new FrameDecoder(
      (message) => this.#received(message),
      () => this.#fail(`Frames from ${this.#name} come faster than they can be read`),
    );
    this.#subscriptions = new SocketSubscriptions(parts, {
      send: (message) => this.#send(message),
      unanswered: (stream) => this.#fail(`No answer from ${this.#name} to a subscription to ${stream}`),
    });
  }

  start(): void {
    this.#awaitSign(`Cannot connect to ${this.#name}: no answer in ${handshakeMs / 1000} s`);
    try {
      const { class: Socket, protocols } = this.#kind;
      const socket = this.#socket = new Socket(this.#parts.settings.urls.socket, [...protocols]);
      socket.binaryType = "arraybuffer";
      socket.addEventListener("open", () => this.#opened());
      socket.addEventListener("message", ({ data }) => this.#framed(data));
      socket.addEventListener("close", ({ code, reason }) => this.#closed(code, reason));
    } catch (error) {
      this.#fail(`Cannot connect to ${this.#name}: ${error}`);
    }
  }

  update(): void {
    if (this.#stage !== "connecting" && this.#stage !== "ended") this.#subscriptions.update();
  }

  stop(): void {
    this.#end("");
    this.#close();
  }

  get #name(): string {
    return this.#parts.settings.urls.name;
  }

  #opened(): void {
    if (this.#stage !== "connecting") return;
    this.#stage = "open";
    this.#awaitSign(`Connected to ${this.#name}, but nothing comes through`);
    this.#parts.topics.forgive();
    this.update();
    // On /ws the gateway says nothing before it has heard what kind of client this is.
    if (this.#subscriptions.size === 0) this.#send({ type: "ping" });
  }

  #framed(frame: unknown): void {
    if (this.#stage === "ended") return;
    if (this.#stage === "open") this.#stage = "heard";
    this.#liveness.received();
    this.#decoder.push(frame);
  }

  #received(content: unknown): void {
    const message = readServerMessage(content);
    if (message === undefined || this.#stage === "ended") return;
    if (message.kind === "error") return this.#refused(message.error);
    if (this.#stage !== "live") this.#begin();
    this.#take(message);
  }

  #begin(): void {
    this.#stage = "live";
    this.#deadline?.cancel();
    this.#liveness.start();
    this.#events.live();
  }

  #take(message: ServerMessage): void {
    const { inbox } = this.#parts;
    if (message.kind === "welcome") inbox.welcome(message.welcome);
    else if (message.kind === "status") inbox.status(message.stream, message.stale);
    else if (message.kind === "subscribed") this.#subscriptions.begin(message.stream, message.beginning);
    else if (message.kind === "data") this.#subscriptions.take(message.message);
  }

  #refused(error: ServerError): void {
    const { code, stream } = error;
    if (!requestErrors.includes(code)) this.#error = error;
    if (stream !== undefined) this.#subscriptions.drop(stream);
    if (stream !== undefined || this.#stage === "live") this.#parts.inbox.refused(error);
  }

  #send(message: object): void {
    try {
      this.#socket?.send(JSON.stringify(message));
    } catch (error) {
      this.#fail(`Cannot send to ${this.#name}: ${error}`);
    }
  }

  #awaitSign(otherwise: string): void {
    this.#deadline?.cancel();
    this.#deadline = this.#parts.settings.clock.after(handshakeMs, () => this.#fail(otherwise));
  }

  /** Gives up from this side. */
  #fail(message: string): void {
    const end = this.#end(message, { silent: this.#stage === "open" });
    this.#close();
    if (end !== undefined) this.#events.ended(end);
  }

  #closed(code: number, reason: string): void {
    const what = this.#stage === "connecting" ? `Cannot connect to ${this.#name}` : `${this.#name} closed`;
    // Runtimes give 0 or 1006 where there was no close frame.
    const given = code === 0 || code === 1006 ? "" : String(code);
    const why = [given, reason].filter((part) => part !== "").join(" ");
    const message = this.#error?.message ?? (why === "" ? what : `${what}: ${why}`);
    const end = this.#end(message, { refused: refusals.includes(code) });
    if (end !== undefined) this.#events.ended(end);
  }

  /** What is to be told about the end; undefined when it was before. */
  #end(message: string, { silent = false, refused = false } = {}): CarrierEnd | undefined {
    if (this.#stage === "ended") return undefined;
    const heard = this.#stage === "live" || this.#stage === "heard";
    this.#stage = "ended";
    this.#deadline?.cancel();
    this.#liveness.stop();
    this.#decoder.stop();
    this.#subscriptions.stop();
    const { code, retryAfterMs } = this.#error ?? {};
    return { heard, silent, refused, unreachable: false, message, code, retryAfterMs };
  }

  #close(): void {
    try {
      this.#socket?.close(1000);
    } catch {
      // A socket that cannot be closed is not open.
    }
  }
}
