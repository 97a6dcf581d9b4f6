import type { Envelope } from "../protocol/mod.ts";
import { Connection } from "./connection.ts";
import { type Context, problem } from "./context.ts";
import type { ClientState, StateEvent } from "./events.ts";
import type { Failure } from "./failures.ts";
import type { Carrier } from "./flights.ts";
import { HttpCarrier } from "./http_carrier.ts";
import { HttpRequests } from "./http_requests.ts";
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
import type { WebSocketClass } from "./socket.ts";
import type { ValidatorUrls } from "./validator_url.ts";

/** WebSocket close code for a message beyond the receiver's limit. */
const tooLarge = 1009;

/** What the carriers work with. */
interface CarriersParts {
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

type Standing = Pick<StateEvent, "state" | "attempt" | "delayMs">;

/** The ways to one validator: the WebSocket, and HTTP while there is none. */
export class Carriers {
  readonly #context: Context;
  readonly #parts: CarriersParts;
  /** Undefined: there is HTTP alone. */
  readonly #connection: Connection | undefined;
  readonly #socket: Carrier;
  readonly #http: HttpCarrier;
  readonly #polls: HttpPolls;
  readonly #introduction: Introduction;
  /** Whether HTTP does what the WebSocket should. */
  #onHttp = false;
  #standing: Standing = { state: "closed", attempt: 0, delayMs: undefined };
  #reported = "";

  constructor(context: Context, parts: CarriersParts) {
    this.#context = context;
    this.#parts = parts;
    this.#connection = parts.settings.WebSocket && this.#newConnection(parts.settings.WebSocket);
    this.#socket = { name: "WebSocket", post: (message) => this.#connection?.send(message) };
    const requests = new HttpRequests(parts.settings, parts.urls.http);
    this.#introduction = new Introduction(context, requests, parts.identity);
    this.#http = new HttpCarrier(context, requests, parts.identity, {
      message: (envelope, text) => this.#received(envelope, text),
      failure: (failure) => this.#failed(failure),
    });
    const { maximumMs } = parts.settings.backoff;
    this.#polls = new HttpPolls(context, {
      ...parts,
      requests,
      carrier: this.#http,
      maximumMs,
      knowsUid: () => parts.kept.uid !== undefined,
      uid: (uid) => this.#learned(uid),
      refused: (failure) => this.#failed(failure),
    });
  }

  get state(): ClientState {
    return this.#standing.state;
  }

  start(): void {
    if (this.#connection !== undefined) return this.#connection.start();
    this.#useHttp(this.#parts.settings.whyHttp);
    this.#enter("http", 0);
  }

  /** Sends a message over the WebSocket. False: there is none. */
  send(message: SignedMessage): boolean {
    if (!this.#connection?.authenticated) return false;
    this.#connection.send(message);
    return true;
  }

  /** Connects anew, so that the validator sends what was missed. */
  resync(): void {
    this.#connection?.resync();
  }

  stop(): void {
    this.#connection?.stop();
    this.#polls.stop();
    this.#http.stop();
    this.#introduction.stop();
    this.#enter("closed", 0);
  }

  #newConnection(WebSocket: WebSocketClass): Connection {
    const { settings, urls } = this.#parts;
    const parts = {
      ...this.#parts,
      url: urls.socket,
      WebSocket,
      heartbeatMs: settings.heartbeatMs,
      backoff: settings.backoff,
      introduce: async () => void await this.#introduction.take(),
      answersHttp: () => this.#introduction.take(),
    };
    return new Connection(this.#context, parts, {
      state: (state, attempt, delayMs) => this.#enter(state, attempt, delayMs),
      authenticated: (welcome) => this.#authenticated(welcome),
      message: (envelope, text) => this.#received(envelope, text),
      failure: (failure) => this.#failed(failure),
      ended: (end) => this.#ended(end),
      http: (why) => this.#useHttp(why),
    });
  }

  #authenticated(welcome: Envelope): void {
    this.#reported = "";
    this.#parts.inbox.welcome(welcome);
    this.#context.log("info", "Predictions go over a WebSocket");
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

  #useHttp(why: string | undefined): void {
    const on = this.#onHttp = why !== undefined;
    if (on) this.#context.log("info", `Predictions go over HTTP: ${why}`);
    if (on) this.#polls.start();
    else this.#polls.stop();
    if (!on || this.#parts.identity.isProven) return this.#parts.scheduler.use(on ? this.#http : undefined);
    void this.#introduction.take().then(() => {
      if (this.#onHttp) this.#parts.scheduler.use(this.#http);
    });
  }

  /** Who the miner is by the validator's registry; one that does not tell it over HTTP is older. */
  #learned(uid: unknown): void {
    if (typeof uid !== "number" && typeof uid !== "string") {
      return problem(this.#context, "uid_unknown", "The validator does not tell the miner's uid over HTTP");
    }
    this.#parts.kept.uid = uid;
    const { state, attempt, delayMs } = this.#standing;
    this.#enter(state, attempt, delayMs);
  }

  #enter(state: ClientState, attempt: number, delayMs?: number): void {
    this.#standing = { state, attempt, delayMs };
    this.#context.log("debug", `State: ${state}`, { attempt, delayMs });
    this.#context.emit({ type: "state", state, attempt, delayMs, uid: this.#parts.kept.uid });
  }
}
