import type { Envelope, Timer } from "../protocol/mod.ts";
import { type BackoffBounds, Reconnector, type Wait } from "./reconnector.ts";
import { type Context, problem } from "./context.ts";
import type { ClientState } from "./events.ts";
import type { Failure } from "./failures.ts";
import { planReconnect, type ReconnectPlan } from "./reconnect_plan.ts";
import { Session, type SessionEnd, type SessionParts } from "./session.ts";
import type { SignedMessage } from "./signer.ts";

/** Attempts that fail in a row before HTTP does meanwhile, though nobody answered there either. */
const missesBeforeHttp = 3;
/** How long the first WebSocket may take before it is found out whether HTTP gets through. */
const slowMs = 2000;
/** A re-synchronisation reconnects at once, but not more often than this. */
const resyncMs = 60_000;

/** What a connection needs beside what its sessions do. */
interface ConnectionParts extends SessionParts {
  readonly backoff: BackoffBounds;
  /** Finds out whether the validator answers over HTTP. */
  readonly answersHttp: () => Promise<boolean>;
}

/** What a connection tells about. */
interface ConnectionEvents {
  readonly state: (state: ClientState, attempt: number, delayMs?: number) => void;
  readonly authenticated: (welcome: Envelope) => void;
  readonly message: (envelope: Envelope, text: string) => void;
  readonly failure: (failure: Failure) => void;
  /** A session ended that was, or was not yet, authenticated. */
  readonly ended: (end: SessionEnd) => void;
  /** Why HTTP is to do what the WebSocket should; undefined: it need not. */
  readonly http: (why: string | undefined) => void;
}

/** Keeps one WebSocket to a validator: connects, and connects again whenever it ends. */
export class Connection {
  readonly #context: Context;
  readonly #parts: ConnectionParts;
  readonly #events: ConnectionEvents;
  readonly #reconnector: Reconnector;
  #session: Session | undefined;
  #slow: Timer | undefined;
  /** When the next attempt is due, by the clock's `elapsed`. */
  #nextAt: number | undefined;
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
    this.#nextAt = undefined;
    if (!this.#http) this.#events.state("connecting", this.#reconnector.failures);
    const { url } = this.#parts;
    this.#slow = this.#context.clock.after(
      slowMs,
      () => void this.#tryHttp(`${url} is not open after ${slowMs / 1000} s`),
    );
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
    this.#slow?.cancel();
    this.#reconnector.cancel();
    this.#session?.stop();
  }

  #welcomed(welcome: Envelope): void {
    this.#authenticated = true;
    this.#slow?.cancel();
    this.#misses = 0;
    this.#reported = "";
    this.#parts.signer.accepted();
    this.#reconnector.connected();
    this.#useHttp(undefined);
    this.#events.authenticated(welcome);
  }

  #ended(end: SessionEnd): void {
    this.#authenticated = false;
    this.#slow?.cancel();
    this.#reconnector.lost();
    this.#session = undefined;
    this.#events.ended(end);
    if (this.#stopped) return;
    this.#misses = end.authenticated ? 0 : this.#misses + 1;
    const plan = planReconnect(end);
    const delayMs = this.#reconnector.retry(this.#wait(end, plan));
    this.#nextAt = this.#context.clock.elapsed() + delayMs;
    this.#report(end, delayMs);
    const why = reasonOf(end, this.#parts);
    if (plan.http !== "later") this.#useHttp(plan.http === "now" ? why : undefined);
    else if (this.#misses >= missesBeforeHttp) this.#useHttp(why);
    this.#enterMeantime(delayMs);
    if (end.cause === "unreachable" && plan.http === "later") void this.#tryHttp(why);
  }

  /** Uses HTTP where it gets through, unless a WebSocket has come about meanwhile. */
  async #tryHttp(why: string): Promise<void> {
    if (this.#http || !await this.#parts.answersHttp()) return;
    if (this.#stopped || this.#authenticated || this.#http) return;
    this.#useHttp(why);
    const left = this.#nextAt === undefined ? undefined : this.#nextAt - this.#context.clock.elapsed();
    this.#enterMeantime(left && Math.max(0, Math.round(left)));
  }

  #enterMeantime(delayMs: number | undefined): void {
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
    problem(
      this.#context,
      code,
      `${reasonOf(end, this.#parts)}; trying again in ${Math.ceil(delayMs / 1000)} s`,
    );
  }

  #useHttp(why: string | undefined): void {
    if (this.#http === (why !== undefined)) return;
    this.#http = why !== undefined;
    this.#events.http(why);
  }
}

function reasonOf(end: SessionEnd, parts: SessionParts): string {
  return end.failure?.message ?? describe(end, parts);
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
