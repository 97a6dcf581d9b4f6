import type { Envelope } from "../protocol/mod.ts";
import type { BackoffBounds } from "./backoff.ts";
import { type Context, problem } from "./context.ts";
import type { ClientState } from "./events.ts";
import type { Failure } from "./failures.ts";
import { planReconnect, type ReconnectPlan } from "./reconnect_plan.ts";
import { Reconnector, type Wait } from "./reconnector.ts";
import { Session, type SessionEnd, type SessionParts } from "./session.ts";
import type { SignedMessage } from "./signer.ts";

/** Attempts that fail in a row before HTTP does meanwhile. */
const missesBeforeHttp = 3;
/** A re-synchronisation reconnects at once, but not more often than this. */
const resyncMs = 60_000;

/** What a connection needs beside what its sessions do. */
export interface ConnectionParts extends SessionParts {
  readonly backoff: BackoffBounds;
}

/** What a connection tells about. */
export interface ConnectionEvents {
  readonly state: (state: ClientState, attempt: number, delayMs?: number) => void;
  readonly authenticated: (welcome: Envelope) => void;
  readonly message: (envelope: Envelope, text: string) => void;
  readonly failure: (failure: Failure) => void;
  /** A session ended that was, or was not yet, authenticated. */
  readonly ended: (end: SessionEnd) => void;
  /** Whether HTTP is to do what the WebSocket should. */
  readonly http: (on: boolean) => void;
}

/** Keeps one WebSocket to a validator: connects, and connects again whenever it ends. */
export class Connection {
  readonly #context: Context;
  readonly #parts: ConnectionParts;
  readonly #events: ConnectionEvents;
  readonly #reconnector: Reconnector;
  #session: Session | undefined;
  #authenticated = false;
  #stopped = false;
  #http = false;
  #misses = 0;
  #reported = "";
  #resyncedAt = -Infinity;
  #resyncing = false;

  constructor(context: Context, parts: ConnectionParts, events: ConnectionEvents) {
    this.#context = context;
    this.#parts = parts;
    this.#events = events;
    const { clock, random } = context;
    this.#reconnector = new Reconnector({ clock, random, backoff: parts.backoff }, () => this.start());
  }

  /** Whether messages can be sent. */
  get authenticated(): boolean {
    return this.#authenticated;
  }

  start(): void {
    if (!this.#http) this.#events.state("connecting", this.#reconnector.failures);
    this.#session = new Session(this.#context, this.#parts, {
      authenticated: (welcome) => this.#welcomed(welcome),
      message: this.#events.message,
      failure: this.#events.failure,
      ended: (end) => this.#ended(end),
    });
    this.#session.start();
  }

  send(message: SignedMessage): void {
    this.#session?.send(message);
  }

  /** Connects anew, so that the validator sends what was missed. */
  resync(): void {
    this.#resyncing = true;
    this.#session?.stop();
  }

  stop(): void {
    this.#stopped = true;
    this.#reconnector.cancel();
    this.#session?.stop();
  }

  #welcomed(welcome: Envelope): void {
    this.#authenticated = true;
    this.#misses = 0;
    this.#reported = "";
    this.#parts.signer.accepted();
    this.#reconnector.connected();
    this.#useHttp(false);
    this.#events.authenticated(welcome);
  }

  #ended(end: SessionEnd): void {
    this.#authenticated = false;
    this.#reconnector.lost();
    this.#session = undefined;
    this.#events.ended(end);
    if (this.#stopped) return;
    this.#misses = end.authenticated ? 0 : this.#misses + 1;
    const plan = planReconnect(end);
    const delayMs = this.#reconnector.retry(this.#wait(end, plan));
    this.#report(end, delayMs);
    if (plan.http !== "later") this.#useHttp(plan.http === "now");
    else if (this.#misses >= missesBeforeHttp) this.#useHttp(true);
    this.#events.state(this.#http ? "http" : "waiting", this.#reconnector.failures, delayMs);
  }

  #wait({ failure }: SessionEnd, { delay }: ReconnectPlan): Wait | "now" {
    const serverTime = failure?.serverTime;
    if (serverTime !== undefined && this.#parts.signer.adjust(serverTime)) return "now";
    return this.#resyncNow() ? "now" : delay;
  }

  #resyncNow(): boolean {
    const wanted = this.#resyncing;
    this.#resyncing = false;
    const now = this.#context.clock.elapsed();
    if (!wanted || now - this.#resyncedAt < resyncMs) return false;
    this.#resyncedAt = now;
    return true;
  }

  /** Says once why there is no connection, and again only when the reason is another. */
  #report(end: SessionEnd, delayMs: number): void {
    if (end.cause === "stopped") return;
    const code = end.failure?.code ?? end.cause;
    if (code === this.#reported) return;
    this.#reported = code;
    const text = end.failure?.message ?? describe(end, this.#parts);
    problem(this.#context, code, `${text}; trying again in ${Math.ceil(delayMs / 1000)} s`);
  }

  #useHttp(on: boolean): void {
    if (this.#http === on) return;
    this.#http = on;
    this.#events.http(on);
  }
}

function describe({ cause, code, reason }: SessionEnd, { url, heartbeatMs }: SessionParts): string {
  // Runtimes give 0 or 1006 where there was no close frame.
  const given = code === undefined || code === 0 || code === 1006 ? "" : String(code);
  const close = [given, reason].filter((part) => part !== "").join(" ");
  switch (cause) {
    case "no_frames":
      return `Connected to ${url}, but nothing came through; a proxy on the way may not support WebSockets`;
    case "unwelcome":
      return `No welcome from ${url}${close === "" ? "" : ` (${close})`}`;
    case "dead":
      return `Nothing received from ${url} for ${heartbeatMs * 2.5 / 1000} s`;
    case "unreachable":
      return `Cannot connect to ${url}${close === "" ? "" : ` (${close})`}`;
    default:
      return `Connection to ${url} closed${close === "" ? "" : ` (${close})`}`;
  }
}
