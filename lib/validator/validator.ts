import { isChainUrl } from "../chain/mod.ts";
import type { CryptoPool, Keypair } from "../crypto/mod.ts";
import { type ChannelSettings, type Connection, type Hub, Priority } from "../hub/mod.ts";
import {
  type Clock,
  type Envelope,
  type ExactObject,
  FirstSignal,
  formatTimestamp,
  heartbeatAck,
  type Position,
  sleep,
  together,
  utcDay,
} from "../protocol/mod.ts";
import {
  ChainListRepository,
  confirmationsPrefix,
  type Followers,
  GameRepository,
  MinerRepository,
  NonceRepository,
  type PredictionRecord,
  PredictionRepository,
  type Questions,
  type Store,
} from "../engine/mod.ts";
import { Attendance } from "./attendance.ts";
import { type ChainFilter, ChainMetagraph, type ChainState } from "./chain_metagraph.ts";
import { Confirmations } from "./confirmations.ts";
import { Evidence } from "./evidence.ts";
import { GameBoard, type Games } from "./game_board.ts";
import { type Claim, Gatekeeper } from "./gatekeeper.ts";
import { type Handler, type HandlerHost, Handlers } from "./handlers.ts";
import type { Registration } from "./metagraph.ts";
import { NonceWindow } from "./nonce_window.ts";
import { Notary } from "./notary.ts";
import { type Confirmed, type JudgedPrediction, PredictionBook } from "./prediction_book.ts";
import type { LegacyDialect } from "./legacy_dialects.ts";
import { LegacySession, type LegacyTerms } from "./legacy_session.ts";
import { MinerRegistry } from "./registry.ts";
import type { PredictionLimits } from "./rules.ts";
import { MinerSession, type SessionHost } from "./session.ts";
import type { Origin } from "./suspects.ts";

/** What a validator works with. */
interface ValidatorOptions {
  readonly store: Store;
  readonly followers: Followers;
  /** How other servers of the store are asked. */
  readonly questions: Questions;
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
export class Validator implements HandlerHost {
  /** Who may submit. */
  readonly registry: MinerRegistry;
  /** What proves what was accepted. */
  readonly evidence: Evidence;
  readonly #chain: ChainMetagraph | undefined;
  readonly #gatekeeper: Gatekeeper;
  readonly #notary: Notary;
  readonly #board: GameBoard;
  readonly #confirmations: Confirmations;
  readonly #book: PredictionBook;
  readonly #handlers: Handlers;
  readonly #attendance: Attendance;
  readonly #sessionHost: SessionHost;
  readonly #predictions: PredictionRepository;
  #lineage: string | undefined;
  readonly #hub: Hub;
  readonly #followers: Followers;
  readonly #clock: Clock;

  constructor(options: ValidatorOptions) {
    const { store, followers, pool, keypair, hub, clock, channels: settings, metagraph } = options;
    const { activity } = settings;
    this.#hub = hub;
    this.#followers = followers;
    this.#clock = clock;
    this.#predictions = new PredictionRepository(store);
    const isChain = metagraph !== undefined && isChainUrl(metagraph);
    this.#chain = isChain
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
      chain: this.#chain,
      clock,
    });
    this.#gatekeeper = new Gatekeeper({
      address: keypair.address,
      find: (hotkey) => this.registry.find(hotkey),
      nonces: new NonceWindow(),
      kept: new NonceRepository(store),
      pool,
      clock,
      activity,
    });
    this.#notary = new Notary({ pool, keypair, clock, activity });
    this.#board = new GameBoard({
      repository: new GameRepository(store),
      followers,
      notary: this.#notary,
      clock,
      settings,
      // With an update on its way there must be room for what comes after it.
      maxUpdate: Math.floor(hub.limits.maxQueue / 2),
    });
    this.#confirmations = new Confirmations({
      followers,
      predictions: this.#predictions,
      notary: this.#notary,
      clock,
      settings,
    });
    this.evidence = new Evidence({ predictions: this.#predictions, confirmations: this.#confirmations });
    this.#book = new PredictionBook({
      store,
      games: this.#board,
      limits: options.limits,
      shortage: options.shortage,
      confirmations: this.#confirmations,
      gatekeeper: this.#gatekeeper,
      clock,
      activity,
    });
    this.#handlers = new Handlers(clock);
    this.#attendance = new Attendance({
      store,
      followers,
      questions: options.questions,
      hub,
      clock,
      activity,
      board: this.#board,
      confirmations: this.#confirmations,
      duplicatePolicy: options.duplicatePolicy,
    });
    this.#sessionHost = {
      gatekeeper: this.#gatekeeper,
      board: this.#board,
      confirmations: this.#confirmations,
      book: this.#book,
      handlers: this.#handlers,
      notary: this.#notary,
      attendance: this.#attendance,
      budget: hub.budget,
      lineage: () => this.#lineage,
      acknowledge: (heartbeat) => this.acknowledge(heartbeat),
      fail: (connection, error) => hub.fail(connection, error),
    };
  }

  /** Reads what is stored, and begins to watch over the connected miners. */
  async start(): Promise<void> {
    await together([this.registry.load(), this.#board.load()]);
    this.#lineage = (await this.#predictions.head()).lineage;
    this.registry.onChange(() => this.#attendance.recheck((hotkey) => this.registered(hotkey)));
    this.#hub.setHeartbeat("miners", (due) => this.#sendHeartbeats(due));
  }

  /** Takes nothing more; resolves when everything under way is confirmed. */
  async stop(): Promise<void> {
    await this.registry.stop();
    this.#book.close();
    await this.#attendance.handedOn();
    await this.#book.finish();
    await this.#confirmations.settled();
  }

  /** Its SS58 address. */
  get address(): string {
    return this.#notary.address;
  }

  get games(): Games {
    return this.#board;
  }

  /** What is known of the chain that the miners come from; undefined where they come from none. */
  get chainState(): ChainState | undefined {
    return this.#chain?.state;
  }

  /** Whether the store took the last group of predictions, as far as any was tried. */
  get canCommit(): boolean {
    return this.#book.canCommit;
  }

  /** Tries whether the store would take one. */
  probe(): Promise<unknown> {
    return this.#book.probe();
  }

  /** How many predictions are being confirmed. */
  get underWay(): number {
    return this.#book.underWay;
  }

  /** Signatures that wait to be made or verified. */
  get pendingSignatures(): number {
    return this.#gatekeeper.pending;
  }

  registerHandler(type: string, handler: Handler): void {
    this.#handlers.register(type, handler);
  }

  /** Serves a connection whose client says that it is a miner. */
  serve(connection: Connection): MinerSession {
    const session = new MinerSession(connection, this.#sessionHost);
    connection.begin(session);
    return session;
  }

  /** The same for a miner that speaks an older dialect. */
  serveLegacy(connection: Connection, dialect: LegacyDialect, terms: LegacyTerms): LegacySession {
    const options = { host: this.#sessionHost, clock: this.#clock, dialect, terms };
    const session = new LegacySession(connection, options);
    connection.begin(session);
    return session;
  }

  /** Authenticated miners that were heard from within two heartbeat intervals. */
  activeMiners(): number {
    return this.#attendance.active();
  }

  /** A miner's registration. Throws a {@link Refusal} `not_authorized` where it may not submit. */
  registered(hotkey: string): Registration {
    return this.#gatekeeper.registered({ signer: hotkey, nonce: undefined });
  }

  /**
   * Checks a message that came over HTTP, and uses up its nonce. What `granted` throws, who is called once its sender is
   * known, refuses it yet, and gives the nonce back.
   *
   * @returns the sender's registration
   */
  async admit(claim: Claim, from: Origin, granted: () => void): Promise<Registration> {
    const registration = await this.#gatekeeper.admit(claim, from);
    this.#grant(claim, granted);
    return registration;
  }

  /** The same, for what no restart and no other server of the store may let in again. */
  async admitOnce(claim: Claim, from: Origin, granted: () => void): Promise<Registration> {
    const registration = await this.admit(claim, from, granted);
    await this.#gatekeeper.remember(claim);
    return registration;
  }

  /** Takes in a `prediction` message that came over HTTP; resolves when all in it is confirmed. `granted` as above. */
  async submit(envelope: Envelope, from: Origin, granted: () => void): Promise<Confirmed[]> {
    const message = this.#book.read(envelope);
    const registration = await this.#gatekeeper.admit(envelope, from);
    this.#grant(envelope, granted);
    return await Promise.all(this.#book.submit(message, registration, "http"));
  }

  #grant(claim: Pick<Claim, "signer" | "nonce">, granted: () => void): void {
    try {
      granted();
    } catch (error) {
      this.#gatekeeper.forgive(claim);
      throw error;
    }
  }

  /** The validator's signature over a text, hex without `0x`. */
  sign(text: string): Promise<string> {
    return this.#notary.sign(text);
  }

  /** The signed answer to a heartbeat: the server's time, and the client's own back. */
  acknowledge({ timestamp: echo }: ExactObject): Promise<string> {
    const { type, data } = heartbeatAck.make(this.#clock.now(), echo);
    return this.#notary.seal(type, data);
  }

  /** Where a miner's own channel stands. */
  positionOf(hotkey: string): Promise<Position> {
    return this.#confirmations.position(hotkey);
  }

  /** Calls `run` with every prediction that was judged and confirmed. It must not throw. */
  onJudged(run: (judged: JudgedPrediction) => void): void {
    this.#book.onJudged(run);
  }

  /** What each of these miners has wagered on this UTC day. */
  async wageredToday(hotkeys: readonly string[]): Promise<number[]> {
    const today = utcDay(this.#clock.now());
    const heads = await this.#predictions.minerHeads(hotkeys);
    return heads.map((head) => head?.day === today ? head.wagered : 0);
  }

  /** Accepted predictions after `sequence`, waiting up to `wait` milliseconds for one when there is none. */
  async predictionsAfter(
    sequence: number,
    { limit, wait, signal }: { limit: number; wait: number; signal: AbortSignal },
  ): Promise<PredictionRecord[]> {
    const deadline = this.#clock.elapsed() + wait;
    for (;;) {
      // A commit while it is read is news already.
      using commits = this.#watchCommits();
      const records = await this.#predictions.after(sequence, limit);
      const left = deadline - this.#clock.elapsed();
      if (records.length > 0 || left <= 0 || signal.aborted) return records;
      using first = new FirstSignal(commits.signal, signal);
      await sleep(this.#clock, left, first.signal);
    }
  }

  /** Up to `limit` of what a miner was told after a position; "lost" when that is kept no more. */
  async missedConfirmations(
    hotkey: string,
    { epoch, offset }: Position,
    limit: number,
  ): Promise<ConfirmationsPage | "lost"> {
    const newest = await this.#confirmations.position(hotkey);
    if (epoch !== newest.epoch || offset > newest.offset) return "lost";
    const frames = await this.#confirmations.past(hotkey, offset, limit);
    if (frames === "lost") return "lost";
    const last = offset + frames.length;
    return { frames, next: last < newest.offset ? last : undefined };
  }

  /** Up to `limit` of a miner's receipts after its `miner_sequence` `after`, as confirmations that are signed again. */
  async renewConfirmations(hotkey: string, after: number, limit: number): Promise<ConfirmationsPage> {
    const records = await this.#predictions.ofMiner(hotkey, after, limit + 1);
    const page = records.slice(0, limit);
    const next = records.length > limit ? page.at(-1)?.receipt.miner_sequence : undefined;
    return { frames: await this.#confirmations.renew(hotkey, page), next };
  }

  async #sendHeartbeats(due: readonly Connection[]): Promise<void> {
    const frame = await this.#notary.seal("heartbeat", { timestamp: formatTimestamp(this.#clock.now()) });
    for (const connection of due) connection.offer(frame, Priority.heartbeat);
  }

  /** Its signal aborts when predictions were committed, here or, as far as can be told, at another server. */
  #watchCommits(): { readonly signal: AbortSignal } & Disposable {
    const news = new AbortController();
    const heard = () => news.abort();
    const stop = this.#book.onCommit(heard);
    const elsewhere = this.#followers.watch({ prefix: confirmationsPrefix, wants: () => true, heard });
    return {
      signal: news.signal,
      [Symbol.dispose]() {
        stop();
        elsewhere[Symbol.dispose]();
      },
    };
  }
}
