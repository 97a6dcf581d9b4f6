import { HttpRefusal } from "../http_requests.ts";
import type { Carrier, CarrierEvents, CarrierParts } from "./carrier.ts";
import type { StreamTransport } from "./snapshot.ts";
import { type ServerError, streamRefusals } from "./server_message.ts";
import { StreamRequests } from "./stream_requests.ts";

/** More of how subscriptions failed: nothing came at all, or nothing answers. */
type Failure = "silent" | "unreachable";

/** What subscriptions work with, and whom they tell. */
export interface SubscriptionsHost {
  readonly parts: CarrierParts;
  readonly requests: StreamRequests;
  /** Has them bring what is wanted now. */
  update(): void;
  /** Something came. */
  heard(): void;
  /** Gives up, for what was thrown or an error that the server sent. */
  fail(error: unknown, how?: Failure): void;
  /** Whether an error says that there is no such stream; if so, it is not asked for again. */
  refuses(error: unknown, stream: string): boolean;
}

/** Requests that bring the streams that are wanted. */
export interface Subscriptions {
  /** Brings what is wanted now. */
  update(): void;
  stop(): void;
}

/** Messages over HTTP, brought by subscriptions. */
export class HttpCarrier implements Carrier, SubscriptionsHost {
  readonly transport: StreamTransport;
  readonly parts: CarrierParts;
  readonly requests: StreamRequests;
  readonly #events: CarrierEvents;
  readonly #subscriptions: Subscriptions;
  readonly #stop = new AbortController();
  /** Something answers, so that subscriptions are worth their requests. */
  #answered = false;
  #greeted = false;
  #live = false;
  /** They have brought something. */
  #fed = false;

  constructor(
    transport: StreamTransport,
    parts: CarrierParts,
    events: CarrierEvents,
    create: (host: SubscriptionsHost) => Subscriptions,
  ) {
    const { settings } = parts;
    this.transport = transport;
    this.parts = parts;
    this.requests = new StreamRequests(settings, settings.urls.http, parts.topics);
    this.#events = events;
    this.#subscriptions = create(this);
  }

  start(): void {
    void this.#greet();
  }

  update(): void {
    if (this.#stopped || !this.#answered) return;
    this.#subscriptions.update();
    // As long as no stream is wanted, an answer of the gateway is all that there is.
    if (this.#greeted && this.#idle) this.#begin();
  }

  stop(): void {
    this.#stop.abort();
    this.#subscriptions.stop();
  }

  heard(): void {
    this.#fed = true;
    this.#begin();
  }

  fail(error: unknown, how?: Failure): void {
    if (this.#stopped) return;
    this.stop();
    const { message = String(error), code, retryAfterMs } = toldBy(error);
    this.#events.ended({
      heard: this.#fed || retryAfterMs !== undefined,
      silent: how === "silent",
      refused: false,
      unreachable: how === "unreachable",
      message: `Cannot get streams from ${this.parts.settings.urls.http}: ${message}`,
      code,
      retryAfterMs,
    });
  }

  refuses(error: unknown, stream: string): boolean {
    if (!(error instanceof HttpRefusal)) return false;
    const { code, message, retryAfterMs } = error;
    if (code === undefined || !streamRefusals.includes(code)) return false;
    this.parts.inbox.refused({ code, message, stream, retryAfterMs });
    return true;
  }

  #begin(): void {
    if (this.#live || this.#stopped) return;
    this.#live = true;
    this.#events.live();
  }

  get #stopped(): boolean {
    return this.#stop.signal.aborted;
  }

  get #idle(): boolean {
    return this.parts.topics.names.length === 0;
  }

  /** Asks what a WebSocket's welcome says. */
  async #greet(): Promise<void> {
    try {
      const welcome = await this.requests.welcome(this.#stop.signal);
      if (this.#stopped) return;
      this.parts.inbox.welcome(welcome);
      this.#greeted = true;
    } catch (error) {
      if (!(error instanceof HttpRefusal)) return this.fail(error, "unreachable");
      if (this.#idle) return this.fail(error);
    }
    this.#answered = true;
    this.update();
  }
}

/** What a server has told of an error, or what else there is to say of it. */
function toldBy(error: unknown): Partial<ServerError> {
  const isForeign = error instanceof Error && !(error instanceof HttpRefusal);
  return isForeign ? { message: error.message } : error as Partial<ServerError>;
}
