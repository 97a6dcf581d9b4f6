import { isChainUrl } from "../chain/mod.ts";
import type { CryptoPool, Keypair } from "../crypto/mod.ts";
import { type ByteBudget, type ChannelSettings, type Connection, type Hub, Priority } from "../hub/mod.ts";
import { type Clock, type ExactObject, formatTimestamp, type Position, Refusal } from "../protocol/mod.ts";
import {
  ChainListRepository,
  type Followers,
  GameRepository,
  MinerRepository,
  NonceRepository,
  type PredictionRecord,
  PredictionRepository,
  type Store,
} from "../engine/mod.ts";
import type { Activity } from "../telemetry/mod.ts";
import { type ChainFilter, ChainMetagraph } from "./chain_metagraph.ts";
import { Confirmations } from "./confirmations.ts";
import { GameBoard } from "./game_board.ts";
import { Gatekeeper } from "./gatekeeper.ts";
import { type Handler, type HandlerHost, Handlers } from "./handlers.ts";
import type { Registration } from "./metagraph.ts";
import { NonceWindow } from "./nonce_window.ts";
import { Notary } from "./notary.ts";
import { PredictionBook } from "./prediction_book.ts";
import { PredictionDesk } from "./prediction_desk.ts";
import { MinerRegistry } from "./registry.ts";
import type { PredictionLimits } from "./rules.ts";
import { MinerSession, type SessionHost } from "./session.ts";

/** What a validator works with. */
export interface ValidatorOptions {
  readonly store: Store;
  readonly followers: Followers;
  readonly pool: CryptoPool;
  readonly keypair: Keypair;
  readonly hub: Hub;
  readonly clock: Clock;
  readonly channels: ChannelSettings;
  /** Path of the metagraph file, or the nodes of a chain. */
  readonly metagraph: string | undefined;
  /** Which keys of the chain are miners. */
  readonly chainFilter: ChainFilter;
  /** Which of two connections of one miner goes: the older (`replace`) or the newer (`reject`). */
  readonly duplicatePolicy: "replace" | "reject";
  readonly limits: PredictionLimits;
  /** Why there is no room for more predictions, in words; undefined while there is. */
  readonly shortage: () => string | undefined;
}

/** A page of confirmations. */
export interface ConfirmationsPage {
  readonly frames: readonly string[];
  /** After what the following page begins; undefined: this is the last one. */
  readonly next: number | undefined;
}

/** The miners' family: who they are, what they submit, what they are told. */
export class Validator implements HandlerHost, SessionHost {
  readonly registry: MinerRegistry;
  /** Where the miners come from a chain. */
  readonly chain: ChainMetagraph | undefined;
  readonly gatekeeper: Gatekeeper;
  readonly notary: Notary;
  readonly board: GameBoard;
  readonly confirmations: Confirmations;
  readonly desk: PredictionDesk;
  readonly book: PredictionBook;
  readonly handlers: Handlers;
  readonly #predictions: PredictionRepository;
  #lineage: string | undefined;
  readonly #hub: Hub;
  readonly #clock: Clock;
  readonly #activity: Activity;
  readonly #duplicatePolicy: "replace" | "reject";
  readonly #sessions = new Map<string, MinerSession>();

  constructor(options: ValidatorOptions) {
    const { store, followers, pool, keypair, hub, clock, channels: settings, metagraph } = options;
    this.#hub = hub;
    this.#clock = clock;
    const activity = this.#activity = settings.activity;
    this.#duplicatePolicy = options.duplicatePolicy;
    this.#predictions = new PredictionRepository(store);
    const isChain = metagraph !== undefined && isChainUrl(metagraph);
    this.chain = isChain
      ? new ChainMetagraph({
        repository: new ChainListRepository(store),
        url: metagraph,
        filter: options.chainFilter,
        clock,
      })
      : undefined;
    this.registry = new MinerRegistry({
      repository: new MinerRepository(store),
      followers,
      metagraph: isChain ? undefined : metagraph,
      chain: this.chain,
      clock,
    });
    this.gatekeeper = new Gatekeeper({
      address: keypair.address,
      find: (hotkey) => this.registry.find(hotkey),
      nonces: new NonceWindow(),
      kept: new NonceRepository(store),
      pool,
      clock,
      activity,
    });
    this.notary = new Notary({ pool, keypair, clock, activity });
    this.board = new GameBoard({
      repository: new GameRepository(store),
      followers,
      notary: this.notary,
      clock,
      settings,
      // With an update on its way there must be room for what comes after it.
      maxUpdate: Math.floor(hub.limits.maxQueue / 2),
    });
    this.confirmations = new Confirmations({
      followers,
      predictions: this.#predictions,
      notary: this.notary,
      clock,
      settings,
    });
    this.book = new PredictionBook({
      repository: this.#predictions,
      findGame: (gameId) => this.board.find(gameId),
      limits: options.limits,
      shortage: options.shortage,
      clock,
      activity,
    });
    this.desk = new PredictionDesk({
      gatekeeper: this.gatekeeper,
      book: this.book,
      confirmations: this.confirmations,
      clock,
      activity,
    });
    this.handlers = new Handlers(clock);
  }

  /** Reads what is stored, and begins to watch over the connected miners. */
  async start(): Promise<void> {
    await Promise.all([this.registry.load(), this.board.load()]);
    this.#lineage = (await this.#predictions.head()).lineage;
    this.registry.onChange(() => this.#checkRegistrations());
    this.#hub.setHeartbeat("miners", (due) => this.#sendHeartbeats(due));
  }

  /** What receipts say of the backup that was restored last; undefined where none was. */
  get lineage(): string | undefined {
    return this.#lineage;
  }

  /** Takes nothing more; resolves when everything under way is confirmed. */
  async stop(): Promise<void> {
    await this.registry.stop();
    this.desk.close();
    await Promise.all([...this.#sessions.values()].map((session) => session.handedOn()));
    await this.desk.finish();
    await this.confirmations.settled();
  }

  registerHandler(type: string, handler: Handler): void {
    this.handlers.register(type, handler);
  }

  get budget(): ByteBudget {
    return this.#hub.budget;
  }

  createSession(connection: Connection): MinerSession {
    return new MinerSession(connection, this);
  }

  /** Miners with an open connection. */
  get sessions(): Iterable<MinerSession> {
    return this.#sessions.values();
  }

  /** Authenticated miners that were heard from within two heartbeat intervals. */
  activeMiners(): number {
    const since = this.#clock.elapsed() - 2 * this.#hub.limits.heartbeatInterval;
    let active = 0;
    for (const { connection } of this.#sessions.values()) if (connection.heardAt >= since) active += 1;
    return active;
  }

  /** Accepted predictions after `sequence`, waiting up to `wait` milliseconds for one when there is none. */
  async predictionsAfter(
    sequence: number,
    { limit, wait, signal }: { limit: number; wait: number; signal: AbortSignal },
  ): Promise<PredictionRecord[]> {
    const { commits } = this.book;
    const records = await this.#predictions.after(sequence, limit);
    if (records.length > 0 || wait <= 0) return records;
    // A commit during the read is news already.
    if (commits === this.book.commits) await this.#nextCommit(wait, signal);
    return await this.#predictions.after(sequence, limit);
  }

  /** Up to `limit` of what a miner was told after a position; "lost" when that is kept no more. */
  async missedConfirmations(
    hotkey: string,
    { epoch, offset }: Position,
    limit: number,
  ): Promise<ConfirmationsPage | "lost"> {
    const newest = await this.confirmations.position(hotkey);
    if (epoch !== newest.epoch || offset > newest.offset) return "lost";
    const frames = await this.confirmations.past(hotkey, offset, limit);
    if (frames === "lost") return "lost";
    const last = offset + frames.length;
    return { frames, next: last < newest.offset ? last : undefined };
  }

  /** Up to `limit` of a miner's receipts after its `miner_sequence` `after`, as confirmations that are signed again. */
  async renewConfirmations(hotkey: string, after: number, limit: number): Promise<ConfirmationsPage> {
    const records = await this.#predictions.ofMiner(hotkey, after, limit + 1);
    const page = records.slice(0, limit);
    const next = records.length > limit ? page.at(-1)?.receipt.miner_sequence : undefined;
    return { frames: await this.confirmations.renew(hotkey, page), next };
  }

  /** Counts how long a miner took to answer; what it says unasked counts not. */
  heartbeatAnswered(connection: Connection): void {
    const { heartbeatAt, openedAt, answeredAt = openedAt } = connection;
    connection.answeredAt = this.#clock.elapsed();
    if (answeredAt >= heartbeatAt || heartbeatAt === openedAt) return;
    this.#activity.heartbeats.add((connection.answeredAt - heartbeatAt) / 1000);
  }

  /** The data of a `heartbeat_ack`: the server's time, and the client's own back. */
  heartbeatAck({ timestamp: echo }: ExactObject): ExactObject {
    return { timestamp: formatTimestamp(this.#clock.now()), echo };
  }

  /** A session's miner has proved who it is. Throws a {@link Refusal} `already_connected`. */
  enter(session: MinerSession, registration: Registration): void {
    const { hotkey } = registration;
    const other = this.#sessions.get(hotkey);
    if (other !== undefined) {
      const refusal = new Refusal("already_connected", { detail: `policy is ${this.#duplicatePolicy}` });
      if (this.#duplicatePolicy === "reject") throw refusal;
      other.connection.refuse(refusal);
    }
    session.registration = registration;
    this.confirmations.enter(hotkey);
    session.connection.getReady(hotkey);
    this.#sessions.set(hotkey, session);
  }

  /** A session's connection is over. */
  leave(session: MinerSession): void {
    const { connection, registration } = session;
    this.board.channel.unsubscribe(connection);
    if (registration === undefined) return;
    this.confirmations.leave(registration.hotkey, connection);
    if (this.#sessions.get(registration.hotkey) === session) this.#sessions.delete(registration.hotkey);
  }

  fail(connection: Connection, error: unknown): void {
    this.#hub.fail(connection, error);
  }

  #checkRegistrations(): void {
    for (const session of this.#sessions.values()) {
      try {
        const signer = session.registration?.hotkey ?? "";
        session.registration = this.gatekeeper.registered({ signer, nonce: undefined });
      } catch (error) {
        this.fail(session.connection, error);
      }
    }
  }

  async #sendHeartbeats(due: readonly Connection[]): Promise<void> {
    const frame = await this.notary.seal("heartbeat", { timestamp: formatTimestamp(this.#clock.now()) });
    for (const connection of due) connection.offer(frame, Priority.heartbeat);
  }

  #nextCommit(wait: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        stop();
        timer.cancel();
        signal.removeEventListener("abort", done);
        resolve();
      };
      const stop = this.book.onCommit(done);
      const timer = this.#clock.after(wait, done);
      signal.addEventListener("abort", done);
    });
  }
}
