import type { Clock, Timer } from "../../protocol/clock.ts";
import { milliseconds } from "../http_requests.ts";
import { isRecord } from "../json.ts";
import { shown } from "../streams/server_message.ts";
import { JobError, unauthorized } from "./job_error.ts";
import { jobEvents } from "./job_news.ts";
import type { JobUrls } from "./job_servers.ts";

/** What a client uses of a Socket.IO socket. */
export interface JobSocketLike {
  /** Calls `listener` with every event of a name. */
  on(event: string, listener: (...values: unknown[]) => void): unknown;
  /** Sends an event. */
  emit(event: string, ...values: unknown[]): unknown;
  /** Ends the connection. */
  disconnect(): unknown;
}

/** What a client asks of socket.io-client's `io`, which does no reconnecting here. */
export interface SocketOptions {
  /** Where Socket.IO is served. */
  readonly path: string;
  /** Who connects. */
  readonly auth: { readonly apiKey: string };
  /** In the order in which they are tried. */
  readonly transports: ("websocket" | "polling")[];
  /** Whether the second is tried where the first does not get through. */
  readonly tryAllTransports: boolean;
  /** Whether the library connects again by itself. */
  readonly reconnection: boolean;
  /** Whether it keeps to itself. */
  readonly forceNew: boolean;
  /** Milliseconds that connecting may take. */
  readonly timeout: number;
}

/** Opens a Socket.IO socket: `io` of the package socket.io-client, or another like it. */
export type SocketFactory = (url: string, options: SocketOptions) => JobSocketLike;

/** What a socket tells about. */
interface JobSocketEvents {
  readonly connected: () => void;
  /** A job's event. */
  readonly event: (name: string, value: unknown) => void;
  /** Called once, last; not after {@link JobSocket.close}. */
  readonly ended: (error: JobError) => void;
}

/** What an acknowledgement is waited for with. */
export interface Ask {
  readonly timeoutMs: number;
  readonly answered: (answer: unknown) => void;
}

/** One Socket.IO connection, from the attempt to its end. */
export class JobSocket {
  readonly #clock: Clock;
  readonly #events: JobSocketEvents;
  readonly #name: string;
  readonly #socket: JobSocketLike;
  readonly #timers = new Set<Timer>();
  #ended = false;
  /** When the server that is about to close wants to be tried again. */
  #retryAfterMs: number | undefined;

  constructor(
    { clock, urls, apiKey, io, timeoutMs }: {
      clock: Clock;
      urls: JobUrls;
      apiKey: string;
      io: SocketFactory;
      timeoutMs: number;
    },
    events: JobSocketEvents,
  ) {
    this.#clock = clock;
    this.#events = events;
    this.#name = urls.http;
    const late = this.#after(timeoutMs, () => this.#end(`no answer in ${timeoutMs / 1000} s`));
    this.#socket = io(urls.origin, {
      path: urls.socketPath,
      auth: { apiKey },
      transports: ["websocket", "polling"],
      tryAllTransports: true,
      reconnection: false,
      forceNew: true,
      timeout: timeoutMs,
    });
    this.#socket.on("connect", () => {
      this.#cancel(late);
      if (!this.#ended) events.connected();
    });
    this.#socket.on("connect_error", (error) => this.#refused(error));
    this.#socket.on("disconnect", (reason) => this.#end(shown(reason, "the connection was lost")));
    this.#socket.on("server-closing", (value) => void (this.#retryAfterMs = retryAfterOf(value)));
    for (const name of jobEvents) {
      this.#socket.on(name, (value) => this.#ended || events.event(name, value));
    }
  }

  /** Sends a request; when no acknowledgement comes in time, the connection counts as lost. */
  ask(event: string, payload: unknown, { timeoutMs, answered }: Ask): void {
    const late = this.#after(timeoutMs, () => this.#end(`no answer in ${timeoutMs / 1000} s`));
    this.#socket.emit(event, payload, (answer: unknown) => {
      this.#cancel(late);
      if (!this.#ended) answered(answer);
    });
  }

  close(): void {
    this.#ended = true;
    for (const timer of this.#timers) timer.cancel();
    this.#socket.disconnect();
  }

  /** Whoever the server's middleware refuses is told why; what goes wrong below comes without data. */
  #refused(error: unknown): void {
    const { message, data } = error instanceof Error ? error as Error & { data?: unknown } : {};
    const code = isRecord(data) && typeof data["code"] === "string" ? data["code"] : undefined;
    if (message === "Invalid API key" || code === "unauthorized") return this.#fail(unauthorized());
    this.#retryAfterMs = retryAfterOf(data);
    this.#end(shown(message, "unknown error"), code);
  }

  #end(reason: string, code = "unreachable"): void {
    const message = `Cannot reach ${this.#name} over Socket.IO: ${reason}`;
    this.#fail(new JobError(code, message, { retry: true, retryAfterMs: this.#retryAfterMs }));
  }

  #fail(error: JobError): void {
    if (this.#ended) return;
    this.close();
    this.#events.ended(error);
  }

  #after(milliseconds: number, task: () => void): Timer {
    const timer = this.#clock.after(milliseconds, () => {
      this.#timers.delete(timer);
      task();
    });
    this.#timers.add(timer);
    return timer;
  }

  #cancel(timer: Timer): void {
    timer.cancel();
    this.#timers.delete(timer);
  }
}

/** The wait that a server names beside an error, in either spelling. */
export function retryAfterOf(value: unknown): number | undefined {
  const { retry_after_ms, retryAfterMs } = isRecord(value) ? value : {};
  return milliseconds(retry_after_ms) ?? milliseconds(retryAfterMs);
}
