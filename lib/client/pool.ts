import type { ExactObject } from "../protocol/mod.ts";
import { MinerClient } from "./client.ts";
import { EventHub } from "./event_hub.ts";
import type { ClientEvent } from "./events.ts";
import type { MessageHandler } from "./handlers.ts";
import type { SharedOptions } from "./options.ts";
import { MemoryOutbox, type Outbox } from "./outbox.ts";
import type { Prediction } from "./submissions.ts";
import { type ValidatorAddress, validatorUrls } from "./validator_url.ts";

/** What a {@link MinerPool} is made from. */
export interface PoolOptions extends SharedOptions {
  /** Each prediction goes to all of them. */
  readonly validators: readonly ValidatorAddress[];
  /** The outbox for a validator, named by its WebSocket URL; by default one in memory. */
  readonly outbox?: ((validator: string) => Outbox) | undefined;
}

/** A miner's side towards many validators: every prediction goes to each of them. */
export class MinerPool {
  /** One client a validator. */
  readonly clients: readonly MinerClient[];
  readonly #hub = new EventHub<ClientEvent>();

  /** Throws a TypeError when a validator is named twice, or none is. */
  constructor({ validators, outbox = () => new MemoryOutbox(), ...shared }: PoolOptions) {
    assertDistinct(validators);
    const onEvent = (event: ClientEvent) => {
      this.#hub.emit(event, (error) => shared.log?.("error", `A listener failed: ${error}`));
    };
    if (shared.onEvent) this.#hub.subscribe(shared.onEvent);
    this.clients = validators.map(({ url, hotkey }) =>
      new MinerClient({ ...shared, url, hotkey, outbox: outbox(validatorUrls(url).socket), onEvent })
    );
  }

  /** How many predictions are undecided, counted once for each validator. */
  get waiting(): number {
    return this.clients.reduce((sum, { waiting }) => sum + waiting, 0);
  }

  /** Takes up what an earlier process left, and connects to all validators. */
  async start(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.start()));
  }

  /** Takes a prediction for every validator; resolves once all outboxes keep it. */
  async submit(prediction: Prediction): Promise<void> {
    await Promise.all(this.clients.map((client) => client.submit(prediction)));
  }

  /** Resolves when all outboxes are empty. */
  async idle(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.idle()));
  }

  /** Calls `handler` with the verified messages of a type of all validators; the answer stops that. */
  on(type: string, handler: MessageHandler): () => void {
    const stops = this.clients.map((client) => client.on(type, handler));
    return () => stops.forEach((stop) => stop());
  }

  /** Sends a message to every validator with a WebSocket just now; the answer is how many those are. */
  send(type: string, data: ExactObject): number {
    return this.clients.filter((client) => client.send(type, data)).length;
  }

  /** Calls `listener` with the events of all clients from now on; the answer stops that. */
  subscribe(listener: (event: ClientEvent) => void): () => void {
    return this.#hub.subscribe(listener);
  }

  /** The events of all clients from now on, until the pool is closed. */
  events(): AsyncIterableIterator<ClientEvent> {
    return this.#hub.iterate();
  }

  /** Ends all connections. What is undecided stays in the outboxes. */
  async close(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.close()));
    this.#hub.end();
  }

  /** The same as {@link close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function assertDistinct(validators: readonly ValidatorAddress[]): void {
  if (validators.length === 0) throw new TypeError("Cannot make a pool: no validator is given");
  const seen = new Set<string>();
  for (const { url } of validators) {
    const { socket } = validatorUrls(url);
    if (seen.has(socket)) throw new TypeError(`Cannot make a pool: validator ${url} is given twice`);
    seen.add(socket);
  }
}
