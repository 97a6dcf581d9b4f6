import {
  type Clock,
  type Envelope,
  readPredictions,
  type ReceivedPrediction,
  Refusal,
  type TeamGamePrediction,
} from "../protocol/mod.ts";
import { PredictionRepository, predictionsLock, PredictionTransaction, type Store } from "../engine/mod.ts";
import { Activity, logger, stopwatch, Throttle } from "../telemetry/mod.ts";
import { type Confirmations, toldOf } from "./confirmations.ts";
import type { Game } from "./game.ts";
import type { Gatekeeper } from "./gatekeeper.ts";
import type { Registration } from "./metagraph.ts";
import { type Candidate, noHead, noLimits, PredictionDraft, type Verdict } from "./prediction_draft.ts";
import type { PredictionLimits } from "./rules.ts";

/** A `prediction` message that is well formed. */
interface PredictionMessage {
  readonly envelope: Pick<Envelope, "signer" | "nonce">;
  readonly predictions: readonly ReceivedPrediction[];
  /** A moment of the clock's `elapsed`. */
  readonly receivedAt: number;
}

/** A prediction's verdict and its signed confirmation. */
export interface Confirmed {
  readonly predictionId: string;
  readonly verdict: Verdict;
  /** The signed `confirmation`, as it was published on the miner's channel. */
  readonly frame: string;
}

/** A prediction with its verdict, for whoever watches. */
export interface JudgedPrediction {
  readonly hotkey: string;
  readonly uid: number;
  readonly way: Way;
  readonly fields: TeamGamePrediction;
  readonly verdict: Verdict;
}

/** How a prediction came. */
type Way = keyof Activity["predictions"];

/** The games that predictions are judged against. */
export interface KnownGames {
  find(gameId: string): Game | undefined;
  /** The offset of the newest update that is known. */
  readonly knownUpTo: number;
  /** Resolves when the update at an offset is known, with all before it. */
  know(offset: number): Promise<void>;
}

/** A verdict, and its place among what the miner was told. */
interface Judged {
  readonly verdict: Verdict;
  readonly offset: number;
}

interface Pending extends PromiseWithResolvers<Judged> {
  readonly candidate: Candidate;
}

const log = logger("store");
const maxPendingSize = 64 * 1024 * 1024;
/** What one group has at most: predictions, and characters of signed text. */
const [maxGroup, maxGroupSize] = [100, 512 * 1024];

/**
 * Takes predictions in, from whichever transport they come, and confirms them. They are judged and accepted into the log in
 * the order in which they come, in groups: while one group is being committed the next one gathers, so none waits for
 * longer than two commits. A verdict is given only after its commit.
 */
export class PredictionBook {
  readonly #store: Store;
  readonly #games: KnownGames;
  readonly #limits: PredictionLimits;
  readonly #shortage: () => string | undefined;
  readonly #confirmations: Pick<Confirmations, "publish">;
  readonly #gatekeeper: Pick<Gatekeeper, "forgive">;
  readonly #clock: Clock;
  readonly #activity: Activity;
  readonly #warnings: Throttle;
  readonly #onCommit = new Set<() => void>();
  readonly #onJudged = new Set<(judged: JudgedPrediction) => void>();
  readonly #underWay = new Set<Promise<unknown>>();
  #isOpen = true;
  #isFinished = false;
  #queue: Pending[] = [];
  #queuedSize = 0;
  #writing: Promise<void> | undefined;
  #lastCommitFailed = false;

  constructor(options: {
    store: Store;
    games: KnownGames;
    limits?: PredictionLimits;
    /** Why there is no room for more, in words; undefined while there is. */
    shortage?: () => string | undefined;
    confirmations: Pick<Confirmations, "publish">;
    /** Takes nonces back. */
    gatekeeper: Pick<Gatekeeper, "forgive">;
    clock: Clock;
    activity?: Activity;
  }) {
    this.#store = options.store;
    this.#games = options.games;
    this.#limits = options.limits ?? noLimits;
    this.#shortage = options.shortage ?? (() => undefined);
    this.#confirmations = options.confirmations;
    this.#gatekeeper = options.gatekeeper;
    this.#clock = options.clock;
    this.#activity = options.activity ?? new Activity();
    this.#warnings = new Throttle({ clock: options.clock });
  }

  /** Whether the last attempt to commit went well. */
  get canCommit(): boolean {
    return !this.#lastCommitFailed;
  }

  /** Tries whether the store takes a commit. Rejects when it does not. */
  async probe(): Promise<void> {
    try {
      await new PredictionRepository(this.#store).probe();
      this.#lastCommitFailed = false;
    } catch (error) {
      this.#lastCommitFailed = true;
      throw error;
    }
  }

  /** Calls `run` after every commit. */
  onCommit(run: () => void): () => void {
    this.#onCommit.add(run);
    return () => this.#onCommit.delete(run);
  }

  /** Calls `run` with every prediction that was judged and confirmed. It must not throw. */
  onJudged(run: (judged: JudgedPrediction) => void): void {
    this.#onJudged.add(run);
  }

  /** How many predictions are being confirmed. */
  get underWay(): number {
    return this.#underWay.size;
  }

  /** Reads no more messages; what was read can still be submitted. */
  close(): void {
    this.#isOpen = false;
  }

  /** Resolves when everything submitted is confirmed; from then on nothing can be submitted. */
  async finish(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
    this.#isFinished = true;
  }

  /**
   * Reads the predictions in a message, which is cheap: whose it is has yet to be found out.
   *
   * @throws {Refusal} when the message is refused as a whole
   */
  read(envelope: Envelope): PredictionMessage {
    if (!this.#isOpen) throw closing(envelope);
    const receivedAt = this.#clock.elapsed();
    try {
      return { envelope, predictions: readPredictions(envelope), receivedAt };
    } catch (error) {
      const { signer } = envelope;
      this.#warnings.warn(
        logger("miners"),
        "malformed",
        "Malformed prediction of {signer} refused: {reason}",
        { signer, reason: (error as Error).message },
      );
      throw error;
    }
  }

  /**
   * Submits the predictions in a message of a miner that has proved who it is. Each promise is fulfilled once its verdict is
   * on disk and published; it rejects with a {@link Refusal}, `rate_limited` when too much waits, `internal_error` when the
   * store cannot commit or has no room, and the message's nonce is then not used up.
   *
   * @throws {Refusal} `server_closing` when it is too late for it
   */
  submit(
    message: PredictionMessage,
    miner: Pick<Registration, "hotkey" | "uid">,
    way: Way,
  ): Promise<Confirmed>[] {
    const { envelope, predictions } = message;
    if (this.#isFinished) {
      this.#gatekeeper.forgive(envelope);
      throw closing(envelope);
    }
    this.#activity.predictions[way] += predictions.length;
    return predictions.map((prediction) => {
      const confirming = this.#confirm(message, { hotkey: miner.hotkey, uid: miner.uid, prediction }, way);
      this.#underWay.add(confirming);
      confirming.then(() => {}, () => {}).finally(() => this.#underWay.delete(confirming));
      return confirming;
    });
  }

  async #confirm(
    { envelope, receivedAt }: PredictionMessage,
    candidate: Candidate,
    way: Way,
  ): Promise<Confirmed> {
    const { hotkey, uid, prediction: { fields } } = candidate;
    try {
      const { verdict, offset } = await this.#judge(candidate);
      const predictionId = fields.prediction_id;
      const frame = await this.#confirmations.publish(hotkey, { predictionId, verdict, offset });
      const now = this.#clock.elapsed();
      this.#activity.confirmations.add(now, now - receivedAt);
      this.#activity.confirmationLatency.add((now - receivedAt) / 1000);
      if (!verdict.accepted) this.#activity.refusePrediction(way, verdict.reason, now);
      else this.#activity.acceptPrediction(way, verdict.duplicate ? "duplicate" : "accepted", now);
      for (const run of this.#onJudged) run({ hotkey, uid, way, fields, verdict });
      return { predictionId, verdict, frame };
    } catch (error) {
      this.#gatekeeper.forgive(envelope);
      this.#activity.results[way].failed += 1;
      if (!(error instanceof Refusal)) throw error;
      const { code, detail, status, retryAfterMs } = error;
      throw new Refusal(code, { detail, inReplyTo: envelope.nonce, retryAfterMs, status, cause: error });
    }
  }

  /** Resolves to the verdict once it is on disk. */
  #judge(candidate: Candidate): Promise<Judged> {
    const shortage = this.#shortage();
    if (shortage !== undefined) throw noRoom(shortage);
    const size = candidate.prediction.text.length;
    if (this.#queuedSize + size > maxPendingSize) {
      throw new Refusal("rate_limited", {
        detail: "too many predictions wait to be stored",
        retryAfterMs: 1000,
      });
    }
    this.#queuedSize += size;
    const pending = { candidate, ...Promise.withResolvers<Judged>() };
    this.#queue.push(pending);
    this.#writing ??= this.#write();
    return pending.promise;
  }

  async #write(): Promise<void> {
    // What arrives in the same turn belongs to the same group.
    await Promise.resolve();
    while (this.#queue.length > 0) await this.#writeGroup(this.#takeGroup());
    this.#writing = undefined;
  }

  #takeGroup(): Pending[] {
    let size = 0;
    let count = 0;
    for (const { candidate } of this.#queue) {
      size += candidate.prediction.text.length;
      if (count > 0 && (count === maxGroup || size > maxGroupSize)) break;
      count += 1;
      this.#queuedSize -= candidate.prediction.text.length;
    }
    return this.#queue.splice(0, count);
  }

  async #writeGroup(group: readonly Pending[]): Promise<void> {
    const elapsed = stopwatch();
    try {
      const judged = await this.#commit(group.map(({ candidate }) => candidate));
      this.#activity.commits.add(elapsed());
      this.#activity.commitSizes.add(group.length);
      this.#lastCommitFailed = false;
      for (const [index, verdict] of judged.entries()) group[index]?.resolve(verdict);
    } catch (cause) {
      this.#lastCommitFailed = true;
      this.#activity.commitFailures += 1;
      const details = { detail: "the store cannot commit", retryAfterMs: 5000, cause };
      const refusal = new Refusal("internal_error", details);
      this.#warnings.warn(log, "commit", "Cannot commit predictions: {cause}", { cause: String(cause) });
      for (const { reject } of group) reject(refusal);
    }
  }

  /** Judges and commits; again from the start when another server wrote to the same store in between. */
  async #commit(candidates: readonly Candidate[]): Promise<Judged[]> {
    const hotkeys = [...new Set(candidates.map(({ hotkey }) => hotkey))];
    const ids = candidates.map(({ hotkey, prediction }) => ({
      hotkey,
      predictionId: prediction.fields.prediction_id,
    }));
    const { verdicts, added } = await this.#store.transact(async (transaction) => {
      const predictions = new PredictionTransaction(transaction);
      const [gamesOffset, head, heads, known, durability] = await Promise.all([
        predictions.gamesOffset(),
        predictions.head(),
        predictions.minerHeads(hotkeys),
        predictions.find(ids),
        predictions.durability(),
      ]);
      const minerHeads = new Map(hotkeys.map((hotkey, index) => [hotkey, heads[index] ?? noHead]));
      if (this.#games.knownUpTo < gamesOffset) await this.#games.know(gamesOffset);
      const findGame = (id: string) => this.#games.find(id);
      const draft = new PredictionDraft(head, minerHeads, findGame, this.#limits, this.#clock.now());
      const verdicts = await Promise.all(candidates.map(async (candidate, index) => {
        const { hotkey, prediction: { fields } } = candidate;
        const judged = draft.judge(candidate, known[index] ?? null);
        const verdict = judged.accepted ? { ...judged, durability } : judged;
        const offset = await predictions.tell(hotkey, toldOf(fields.prediction_id, verdict));
        return { verdict, offset };
      }));
      predictions.add(draft.records, draft.minerHeads);
      return { verdicts, added: draft.records.length };
    }, predictionsLock);
    if (added === 0) return verdicts;
    for (const run of this.#onCommit) run();
    return verdicts;
  }
}

function noRoom(shortage: string): Refusal {
  return new Refusal("internal_error", { detail: shortage, status: 503, retryAfterMs: 60_000 });
}

function closing({ nonce }: Pick<Envelope, "nonce">): Refusal {
  return new Refusal("server_closing", { inReplyTo: nonce, retryAfterMs: 5000 });
}
