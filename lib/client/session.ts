import { type Envelope, parseMessage, type Timer } from "../protocol/mod.ts";
import { type Context, problem } from "./context.ts";
import { endsConnection, type Failure, readErrorFrame } from "./failures.ts";
import { reportUnreadable, type ValidatorIdentity } from "./identity.ts";
import type { Positions } from "./positions.ts";
import { Pulse } from "./pulse.ts";
import type { SignedMessage, Signer } from "./signer.ts";
import type { WebSocketClass, WebSocketLike } from "./socket.ts";

/** How long the upgrade, and then the welcome, may take. */
const handshakeMs = 10_000;

/**
 * How a session ended: the socket never opened, it opened but nothing came through, something came but no welcome, the
 * other side fell silent, it closed, or this side ended it.
 */
type EndCause = "unreachable" | "no_frames" | "unwelcome" | "dead" | "closed" | "stopped";

/** All that is known about the end of a session. */
export interface SessionEnd {
  readonly cause: EndCause;
  readonly authenticated: boolean;
  readonly code: number | undefined;
  readonly reason: string;
  /** The error frame that announced the end. */
  readonly failure: Failure | undefined;
}

/** What a session needs. */
export interface SessionParts {
  readonly url: string;
  readonly WebSocket: WebSocketClass;
  readonly heartbeatMs: number;
  readonly signer: Signer;
  readonly identity: ValidatorIdentity;
  readonly positions: Positions;
  /** Asks the validator who it is, where that is not known; resolves without an answer too. */
  readonly introduce: () => Promise<void>;
}

/** What a session tells about. */
interface SessionEvents {
  readonly authenticated: (welcome: Envelope) => void;
  /** A message that the validator signed, and its text. */
  readonly message: (envelope: Envelope, text: string) => void;
  readonly failure: (failure: Failure) => void;
  /** Called once, last. */
  readonly ended: (end: SessionEnd) => void;
}

/** One WebSocket to a validator, from the attempt to connect until its end. */
export class Session {
  readonly #context: Context;
  readonly #parts: SessionParts;
  readonly #events: SessionEvents;
  readonly #pulse: Pulse;
  #socket: WebSocketLike | undefined;
  #handshake: Timer | undefined;
  #stage: "connecting" | "open" | "heard" | "authenticated" | "ended" = "connecting";
  #failure: Failure | undefined;

  constructor(context: Context, parts: SessionParts, events: SessionEvents) {
    this.#context = context;
    this.#parts = parts;
    this.#events = events;
    this.#pulse = new Pulse(context.clock, parts.heartbeatMs, {
      beat: () => this.send(parts.signer.message("heartbeat", {})),
      dead: () => this.#end("dead"),
    });
  }

  /** Connects and authenticates. */
  start(): void {
    this.#awaitNext("unreachable");
    try {
      const socket = this.#socket = new this.#parts.WebSocket(this.#parts.url);
      socket.addEventListener("open", () => this.#opened());
      socket.addEventListener("message", ({ data }) => this.#received(data));
      socket.addEventListener("close", ({ code, reason }) => this.#closed(code, reason));
    } catch (error) {
      this.#end("unreachable", undefined, String(error));
    }
  }

  send({ frame }: SignedMessage): void {
    if (this.#stage === "ended") return;
    this.#context.log("trace", "Sending frame", { frame });
    try {
      this.#socket?.send(frame);
      this.#pulse.sent();
    } catch (error) {
      this.#end("closed", undefined, String(error));
    }
  }

  /** Closes the connection from this side. */
  stop(): void {
    this.#end("stopped");
  }

  #opened(): void {
    if (this.#stage !== "connecting") return;
    this.#stage = "open";
    this.#awaitNext("no_frames");
    if (this.#parts.identity.isProven) this.#authenticate();
    else void this.#parts.introduce().then(() => this.#authenticate());
  }

  #authenticate(): void {
    this.send(this.#parts.signer.authentication(this.#parts.positions.recover()));
  }

  #received(data: unknown): void {
    if (this.#stage === "ended") return;
    if (this.#stage === "open") this.#stage = "heard";
    this.#pulse.received();
    this.#context.log("trace", "Received frame", { frame: data });
    try {
      this.#read(String(data));
    } catch (error) {
      reportUnreadable(this.#context, error);
    }
  }

  #read(text: string): void {
    const message = parseMessage(text);
    if (message["type"] === "error") return this.#refused(readErrorFrame(message));
    const envelope = this.#parts.identity.open(message);
    if (this.#stage !== "authenticated") return this.#welcomed(envelope);
    if (envelope.type === "heartbeat") this.send(this.#parts.signer.message("heartbeat_response", {}));
    this.#events.message(envelope, text);
  }

  #refused(failure: Failure): void {
    const fatal = failure.inReplyTo === undefined && endsConnection(failure.code);
    if (fatal || this.#stage !== "authenticated") this.#failure = failure;
    else this.#events.failure(failure);
  }

  #welcomed(envelope: Envelope): void {
    if (envelope.type !== "welcome" || envelope.data["status"] !== "success") {
      return problem(this.#context, "bad_welcome", `Expected a welcome, received ${envelope.type}`);
    }
    this.#stage = "authenticated";
    this.#handshake?.cancel();
    this.#pulse.start();
    this.#events.authenticated(envelope);
  }

  #awaitNext(otherwise: "unreachable" | "no_frames"): void {
    this.#handshake?.cancel();
    this.#handshake = this.#context.clock.after(
      handshakeMs,
      () => this.#end(this.#stage === "heard" ? "unwelcome" : otherwise),
    );
  }

  #closed(code: number, reason: string): void {
    const cause = { connecting: "unreachable", open: "unwelcome", heard: "unwelcome" } as const;
    this.#end(this.#stage in cause ? cause[this.#stage as keyof typeof cause] : "closed", code, reason);
  }

  #end(cause: EndCause, code?: number, reason = ""): void {
    if (this.#stage === "ended") return;
    const authenticated = this.#stage === "authenticated";
    this.#stage = "ended";
    this.#handshake?.cancel();
    this.#pulse.stop();
    if (code === undefined) this.#close();
    this.#events.ended({ cause, authenticated, code, reason, failure: this.#failure });
  }

  #close(): void {
    try {
      this.#socket?.close(1000);
    } catch (error) {
      this.#context.log("debug", "Cannot close the socket", { error: String(error) });
    }
  }
}
