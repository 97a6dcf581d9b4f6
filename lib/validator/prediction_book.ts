import { type Clock, Refusal } from "../protocol/mod.ts";
import type { PredictionRepository } from "../engine/mod.ts";
import { Activity, logger, stopwatch, Throttle } from "../telemetry/mod.ts";
import { toldOf } from "./confirmations.ts";
import type { Game } from "./game.ts";
import { type Candidate, noHead, noLimits, PredictionDraft, type Verdict } from "./prediction_draft.ts";
import type { PredictionLimits } from "./rules.ts";

interface Pending {
  readonly candidate: Candidate;
  readonly resolve: (judged: Judged) => void;
  readonly reject: (error: unknown) => void;
}

/** A verdict, and its place among what the miner was told. */
export interface Judged {
  readonly verdict: Verdict;
  readonly offset: number;
}

/** The games that predictions are judged against. */
export interface KnownGames {
  find(gameId: string): Game | undefined;
  /** The offset of the newest update that is known. */
  readonly knownUpTo: number;
  /** Resolves when the update at an offset is known, with all before it. */
  know(offset: number): Promise<void>;
}

const log = logger("store");
const maxPendingSize = 64 * 1024 * 1024;
/** What one group has at most: predictions, and characters of signed text. */
const [maxGroup, maxGroupSize] = [100, 512 * 1024];

/**
 * Accepts predictions into the log, in the order in which they come, in groups: while one group is being committed the
 * next one gathers, so none waits for longer than two commits. A verdict is given only after its commit.
 */
export class PredictionBook {
  readonly #repository: PredictionRepository;
  readonly #games: KnownGames;
  readonly #limits: PredictionLimits;
  readonly #shortage: () => string | undefined;
  readonly #clock: Clock;
  readonly #activity: Activity;
  readonly #onCommit = new Set<() => void>();
  readonly #warnings: Throttle;
  #queue: Pending[] = [];
  #queuedSize = 0;
  #writing: Promise<void> | undefined;
  #lastCommitFailed = false;

  constructor(options: {
    repository: PredictionRepository;
    games: KnownGames;
    limits?: PredictionLimits;
    /** Why there is no room for more, in words; undefined while there is. */
    shortage?: () => string | undefined;
    clock: Clock;
    activity?: Activity;
  }) {
    this.#repository = options.repository;
    this.#games = options.games;
    this.#limits = options.limits ?? noLimits;
    this.#shortage = options.shortage ?? (() => undefined);
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
      await this.#repository.probe();
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

  /**
   * Judges a prediction and, when it is accepted, commits it.
   *
   * @returns the verdict, once it is on disk
   * @throws {Refusal} `rate_limited` when too much waits, `internal_error` when the store cannot commit or
   * has no room
   */
  submit(candidate: Candidate): Promise<Judged> {
    const shortage = this.#shortage();
    if (shortage !== undefined) return Promise.reject(noRoom(shortage));
    const size = candidate.prediction.text.length;
    if (this.#queuedSize + size > maxPendingSize) {
      const detail = "too many predictions wait to be stored";
      return Promise.reject(new Refusal("rate_limited", { detail, retryAfterMs: 1000 }));
    }
    this.#queuedSize += size;
    const judged = new Promise<Judged>((resolve, reject) => this.#queue.push({ candidate, resolve, reject }));
    this.#writing ??= this.#write();
    return judged;
  }

  /** Resolves when nothing waits. */
  async settled(): Promise<void> {
    await this.#writing;
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
      const verdicts = await this.#commit(group.map(({ candidate }) => candidate));
      this.#activity.commits.add(elapsed());
      this.#activity.commitSizes.add(group.length);
      this.#lastCommitFailed = false;
      group.forEach(({ resolve, reject }, index) => {
        const judged = verdicts[index];
        if (judged === undefined) reject(new Error("no verdict"));
        else resolve(judged);
      });
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
    const { verdicts, added } = await this.#repository.transact(async (predictions) => {
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
    });
    if (added === 0) return verdicts;
    for (const run of this.#onCommit) run();
    return verdicts;
  }
}

function noRoom(shortage: string): Refusal {
  return new Refusal("internal_error", { detail: shortage, status: 503, retryAfterMs: 60_000 });
}
