import type { Envelope } from "../protocol/mod.ts";
import { Connection } from "./connection.ts";
import { type Context, problem } from "./context.ts";
import type { ClientState } from "./events.ts";
import type { Failure } from "./failures.ts";
import type { Courier } from "./flights.ts";
import { HttpCourier } from "./http_courier.ts";
import { HttpLink } from "./http_link.ts";
import { HttpPolls } from "./http_polls.ts";
import type { ValidatorIdentity } from "./identity.ts";
import type { Inbox } from "./inbox.ts";
import { Introduction } from "./introduction.ts";
import type { KeptState } from "./kept_state.ts";
import type { Settings } from "./options.ts";
import type { Positions } from "./positions.ts";
import type { Scheduler } from "./scheduler.ts";
import type { SessionEnd } from "./session.ts";
import type { SignedMessage, Signer } from "./signer.ts";
import type { ValidatorUrls } from "./validator_url.ts";

/** WebSocket close code for a message beyond the receiver's limit. */
const tooLarge = 1009;

/** What a transport works with. */
export interface TransportParts {
  readonly settings: Settings;
  readonly urls: ValidatorUrls;
  readonly signer: Signer;
  readonly identity: ValidatorIdentity;
  readonly positions: Positions;
  readonly scheduler: Scheduler;
  readonly inbox: Inbox;
  readonly kept: KeptState;
  /** Whether predictions are undecided. */
  readonly waiting: () => boolean;
}

/** The ways to one validator: the WebSocket, and HTTP while there is none. */
export class Transport {
  readonly #context: Context;
  readonly #parts: TransportParts;
  readonly #connection: Connection;
  readonly #socket: Courier;
  readonly #http: HttpCourier;
  readonly #polls: HttpPolls;
  readonly #introduction: Introduction;
  /** Whether HTTP does what the WebSocket should. */
  #onHttp = false;
  #state: ClientState = "closed";
  #reported = "";

  constructor(context: Context, parts: TransportParts) {
    this.#context = context;
    this.#parts = parts;
    this.#connection = this.#newConnection();
    this.#socket = { name: "WebSocket", post: (message) => this.#connection.send(message) };
    const link = new HttpLink(context.clock, parts.settings.fetch, parts.urls.http);
    this.#introduction = new Introduction(context, link, parts.identity);
    this.#http = new HttpCourier(context, link, parts.identity, {
      message: (envelope, text) => this.#received(envelope, text),
      failure: (failure) => this.#failed(failure),
    });
    const { maximumMs } = parts.settings.backoff;
    this.#polls = new HttpPolls(context, { ...parts, link, courier: this.#http, maximumMs });
  }

  get state(): ClientState {
    return this.#state;
  }

  start(): void {
    if (this.#parts.settings.websocketEnabled) return this.#connection.start();
    this.#useHttp(true);
    this.#enter("http", 0);
  }

  /** Sends a message over the WebSocket. False: there is none. */
  send(message: SignedMessage): boolean {
    if (!this.#connection.authenticated) return false;
    this.#connection.send(message);
    return true;
  }

  /** Connects anew, so that the validator sends what was missed. */
  resync(): void {
    this.#connection.resync();
  }

  stop(): void {
    this.#connection.stop();
    this.#polls.stop();
    this.#http.stop();
    this.#introduction.stop();
    this.#enter("closed", 0);
  }

  #newConnection(): Connection {
    const { settings, urls } = this.#parts;
    const parts = {
      ...this.#parts,
      url: urls.socket,
      WebSocket: settings.WebSocket,
      heartbeatMs: settings.heartbeatMs,
      backoff: settings.backoff,
      introduce: () => this.#introduction.take(),
    };
    return new Connection(this.#context, parts, {
      state: (state, attempt, delayMs) => this.#enter(state, attempt, delayMs),
      authenticated: (welcome) => this.#authenticated(welcome),
      message: (envelope, text) => this.#received(envelope, text),
      failure: (failure) => this.#failed(failure),
      ended: (end) => this.#ended(end),
      http: (on) => this.#useHttp(on),
    });
  }

  #authenticated(welcome: Envelope): void {
    this.#reported = "";
    this.#parts.inbox.welcome(welcome);
    this.#enter("authenticated", 0);
    this.#parts.scheduler.use(this.#socket);
  }

  #received(envelope: Envelope, text: string): void {
    this.#reported = "";
    this.#parts.inbox.message(envelope, text);
  }

  /** Reports a refusal once, until something gets through or another one comes. */
  #failed(failure: Failure): void {
    this.#parts.scheduler.fail(failure);
    const { code, message } = failure;
    if (code === this.#reported) return;
    this.#reported = code;
    problem(this.#context, code, message);
  }

  #ended({ code }: SessionEnd): void {
    if (code === tooLarge) this.#parts.scheduler.tooLarge();
    this.#parts.scheduler.lost(this.#socket);
  }

  #useHttp(on: boolean): void {
    this.#onHttp = on;
    if (on) this.#polls.start();
    else this.#polls.stop();
    if (!on || this.#parts.identity.isProven) return this.#parts.scheduler.use(on ? this.#http : undefined);
    void this.#introduction.take().then(() => {
      if (this.#onHttp) this.#parts.scheduler.use(this.#http);
    });
  }

  #enter(state: ClientState, attempt: number, delayMs?: number): void {
    this.#state = state;
    this.#context.log("debug", `State: ${state}`, { attempt, delayMs });
    this.#context.emit({ type: "state", state, attempt, delayMs, uid: this.#parts.kept.uid });
  }
}
