import { cryptoReady } from "../crypto/sr25519.ts";
import type { ExactObject } from "../protocol/mod.ts";
import type { Context } from "./context.ts";
import { EventHub } from "./event_hub.ts";
import type { ClientEvent, ClientState } from "./events.ts";
import { Handlers, type MessageHandler } from "./handlers.ts";
import { ValidatorIdentity } from "./identity.ts";
import { Inbox } from "./inbox.ts";
import { KeptState } from "./kept_state.ts";
import { type Settings, settingsOf, type SharedOptions } from "./options.ts";
import { MemoryOutbox, type Outbox } from "./outbox.ts";
import { Positions } from "./positions.ts";
import { ReceiptFollower } from "./receipt_follower.ts";
import { Scheduler } from "./scheduler.ts";
import { Signer } from "./signer.ts";
import { type Prediction, Submissions } from "./submissions.ts";
import { Carriers } from "./carriers.ts";
import { validatorUrls } from "./validator_url.ts";

/** What a {@link MinerClient} is made from. */
export interface MinerOptions extends SharedOptions {
  /** `ws://`, `wss://`, `http://` or `https://` URL, or `host:port`; the path is `/ws` when none is given. */
  readonly url: string;
  /** The validator's hotkey. Without it, the one that the validator signs with first is kept to. */
  readonly hotkey?: string | undefined;
  /** Where undecided predictions wait; by default in memory, which ends with the process. */
  readonly outbox?: Outbox | undefined;
}

/**
 * A miner's side towards one validator. What is submitted is sent until the validator has confirmed or refused it: over
 * a WebSocket, or over HTTP where none is to be had.
 *
 * @example
 * ```ts
 * import { keypairFromSeed } from "@heliograph/client/crypto";
 *
 * const keypair = keypairFromSeed(new Uint8Array(32));
 * const options: MinerOptions = { url: "wss://validator.example", keypair, onEvent: console.log };
 * const client = new MinerClient(options);
 * await client.start();
 * await client.idle();
 * await client.close();
 * ```
 */
export class MinerClient {
  /** The validator's WebSocket URL, which also names it in events. */
  readonly validator: string;
  readonly #settings: Settings;
  readonly #context: Context;
  readonly #hub = new EventHub<ClientEvent>();
  readonly #handlers: Handlers;
  readonly #signer: Signer;
  readonly #kept: KeptState;
  readonly #receipts: ReceiptFollower;
  readonly #scheduler: Scheduler;
  readonly #submissions: Submissions;
  readonly #carriers: Carriers;
  #loaded: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #started = false;

  /** Throws a SyntaxError for a URL that cannot be used, and a RangeError for an interval that is not above 0. */
  constructor(options: MinerOptions) {
    const urls = validatorUrls(options.url);
    const settings = this.#settings = settingsOf(options);
    const outbox = options.outbox ?? new MemoryOutbox();
    const positions = new Positions();
    this.validator = urls.socket;
    const context = this.#context = this.#newContext();
    const signer = this.#signer = new Signer(settings.keypair, {
      ...settings,
      validator: () => identity.hotkey,
    });
    const handlers = this.#handlers = new Handlers(context);
    const receipts = this.#receipts = new ReceiptFollower(context);
    const kept = this.#kept = new KeptState(context, outbox, positions, receipts);
    const scheduler = this.#scheduler = new Scheduler(context, {
      signer,
      maximumMs: settings.backoff.maximumMs,
      refused: (id, message) => submissions.refuse(id, message),
    });
    const submissions = this.#submissions = new Submissions(context, outbox, {
      ready: (entry) => scheduler.add(entry),
      settled: (id) => scheduler.settle(id),
    });
    const missed = () => this.#carriers.resync();
    const inbox = new Inbox(context, { positions, submissions, handlers, kept, receipts, missed });
    const identity = new ValidatorIdentity(options.hotkey, kept);
    const waiting = () => submissions.waiting > 0;
    const parts = { settings, urls, signer, identity, positions, scheduler, inbox, kept, waiting };
    this.#carriers = new Carriers(context, parts);
  }

  /** How the client stands with its validator. */
  get state(): ClientState {
    return this.#carriers.state;
  }

  /** The miner's uid by the validator's registry, once a welcome, of an earlier process too, has told it. */
  get uid(): number | string | undefined {
    return this.#kept.uid;
  }

  /** The same once it is known. Rejects when the client is closed before. */
  async learnUid(): Promise<number | string> {
    await this.#load();
    if (this.uid !== undefined) return this.uid;
    for await (const event of this.events()) {
      if (event.type === "state" && event.uid !== undefined) return event.uid;
    }
    throw new Error("Cannot learn the uid: the client is closed");
  }

  /** How many predictions are neither confirmed nor refused. */
  get waiting(): number {
    return this.#submissions.waiting;
  }

  /** Takes up what an earlier process left in the outbox, and connects. */
  async start(): Promise<void> {
    await this.#load();
    if (this.#started || this.#closing !== undefined) return;
    this.#started = true;
    this.#carriers.start();
  }

  /**
   * Takes a prediction; resolves once it is kept in the outbox, so that it is sent whatever happens. Rejects with a
   * TypeError when it has no `prediction_id`, or one that waits with other content.
   */
  async submit(prediction: Prediction): Promise<void> {
    this.#assertOpen("submit");
    await this.#load();
    await this.#submissions.submit(prediction);
  }

  /** Resolves when the outbox is empty: every prediction is confirmed or refused. */
  async idle(): Promise<void> {
    await this.#load();
    await this.#submissions.idle();
  }

  /** Calls `handler` with every verified message of a type; what it throws is reported. The answer stops that. */
  on(type: string, handler: MessageHandler): () => void {
    return this.#handlers.on(type, handler);
  }

  /**
   * Signs and sends a message of a type of your own. False: there is no WebSocket just now, and nothing was sent.
   * Predictions go through {@link submit}.
   */
  send(type: string, data: ExactObject): boolean {
    this.#assertOpen("send");
    if (type === "prediction") throw new TypeError("Cannot send a prediction as it is: use submit");
    return this.#carriers.send(this.#signer.message(type, data));
  }

  /** Calls `listener` with every event from now on; the answer stops that. */
  subscribe(listener: (event: ClientEvent) => void): () => void {
    return this.#hub.subscribe(listener);
  }

  /** Every event from now on, until the client is closed. */
  events(): AsyncIterableIterator<ClientEvent> {
    return this.#hub.iterate();
  }

  /** Ends the connection. What is undecided stays in the outbox. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  /** The same as {@link close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#carriers.stop();
    this.#scheduler.stop();
    this.#receipts.stop();
    await this.#loaded;
    await this.#submissions.flushed();
    await this.#kept.flush();
    this.#hub.end();
  }

  #load(): Promise<void> {
    return this.#loaded ??= (async () => {
      await cryptoReady();
      await this.#kept.load();
      await this.#submissions.load();
    })();
  }

  #assertOpen(action: string): void {
    if (this.#closing !== undefined) throw new Error(`Cannot ${action}: the client is closed`);
  }

  #newContext(): Context {
    const { validator } = this;
    const { clock, random, log, onEvent } = this.#settings;
    this.#hub.subscribe(onEvent);
    return {
      clock,
      random,
      log: (level, message, properties) => log(level, message, { validator, ...properties }),
      emit: (event) =>
        this.#hub.emit({ ...event, validator } as ClientEvent, (error) => this.#listenerFailed(error)),
    };
  }

  #listenerFailed(error: unknown): void {
    this.#context.log("error", `A listener failed: ${error}`);
  }
}
