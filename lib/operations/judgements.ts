import type { Clock, Judgement, Timer } from "../protocol/mod.ts";
import type { JudgedPrediction } from "../validator/mod.ts";
import type { EventFeed } from "./event_feed.ts";
import { addFigures, type MinerFigures } from "./miner_figures.ts";

const [keptRefusals, keptLatest] = [1000, 100];
const longestText = 200;
const mostMiners = 20_000;
/** How often listeners are told, in milliseconds, and of how many predictions at a time. */
const [tellEvery, mostTold] = [250, 100];

/** Remembers what became of predictions lately, by miner and game, and why the latest were refused. */
export class Judgements {
  readonly #clock: Clock;
  readonly #feed: EventFeed;
  readonly #miners = new Map<string, MinerFigures>();
  readonly #stakes = new Map<string, Map<string, number>>();
  #refusals: Judgement[] = [];
  #latest: Judgement[] = [];
  #untold: Judgement[] = [];
  #skipped = 0;
  #telling: Timer | undefined;
  #count = 0;
  readonly #waiting = new Set<() => void>();

  constructor({ clock, feed }: { clock: Clock; feed: EventFeed }) {
    this.#clock = clock;
    this.#feed = feed;
  }

  /** Takes in a prediction that was judged. */
  add({ hotkey, uid, way, fields, verdict }: JudgedPrediction): void {
    const result = verdict.accepted ? verdict.duplicate ? "duplicate" : "accepted" : "refused";
    const judgement: Judgement = {
      number: this.#count += 1,
      at: this.#clock.now(),
      hotkey,
      uid,
      prediction_id: fields.prediction_id,
      game_id: fields.game_id,
      predicted_outcome: fields.predicted_outcome,
      wager: fields.wager,
      way,
      result,
      reason: verdict.accepted ? null : verdict.reason,
      message: verdict.accepted ? null : verdict.message.slice(0, longestText),
      sequence: verdict.accepted ? verdict.receipt.sequence : null,
    };
    this.#countFor(judgement);
    this.#latest.push(judgement);
    if (this.#latest.length >= 2 * keptLatest) this.#latest = this.#latest.slice(-keptLatest);
    if (result === "refused") this.#remember(judgement);
    this.#tell(judgement);
  }

  /** By their hotkeys, what is known of the miners. */
  get miners(): ReadonlyMap<string, MinerFigures> {
    return this.#miners;
  }

  /** By game, what was wagered on each outcome since the start, as the miners named it. */
  get stakes(): ReadonlyMap<string, ReadonlyMap<string, number>> {
    return this.#stakes;
  }

  /** The number of the newest one. */
  get newest(): number {
    return this.#count;
  }

  /** What was judged last, oldest first. */
  latest(): readonly Judgement[] {
    return this.#latest.slice(-keptLatest);
  }

  /** The latest refusals after a number, oldest first. */
  refusalsAfter(number: number, limit: number): readonly Judgement[] {
    return this.#refusals.filter((refusal) => refusal.number > number).slice(-limit);
  }

  /** Up to `limit` of those of a miner, the newest first. */
  refusalsOf(hotkey: string, limit: number): readonly Judgement[] {
    return this.#refusals.filter((refusal) => refusal.hotkey === hotkey).slice(-limit).toReversed();
  }

  /** Resolves with the next refusal, after `wait` milliseconds, or when the signal aborts. */
  async nextRefusal(wait: number, signal: AbortSignal): Promise<void> {
    if (wait <= 0 || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#clock.after(wait, resolve);
    this.#waiting.add(resolve);
    signal.addEventListener("abort", () => resolve());
    await promise;
    timer.cancel();
    this.#waiting.delete(resolve);
  }

  close(): void {
    this.#telling?.cancel();
  }

  #countFor({ hotkey, game_id, predicted_outcome, wager, at, result, message }: Judgement): void {
    const isRefused = result === "refused";
    const known = this.#miners.get(hotkey);
    if (known !== undefined || this.#miners.size < mostMiners) {
      const [accepted, refused] = isRefused ? [0, 1] : [1, 0];
      const lastErrorAt = isRefused ? at : 0;
      this.#miners.set(
        hotkey,
        addFigures(known, { accepted, refused, lastAt: at, lastError: message, lastErrorAt }),
      );
    }
    if (result !== "accepted" || this.#stakes.size > mostMiners) return;
    const stakes = this.#stakes.get(game_id) ?? new Map<string, number>();
    const outcome = String(predicted_outcome).slice(0, longestText);
    stakes.set(outcome, (stakes.get(outcome) ?? 0) + wager);
    this.#stakes.set(game_id, stakes);
  }

  #remember(refusal: Judgement): void {
    this.#refusals.push(refusal);
    if (this.#refusals.length >= 2 * keptRefusals) this.#refusals = this.#refusals.slice(-keptRefusals);
    for (const wake of this.#waiting) wake();
  }

  #tell(judgement: Judgement): void {
    if (this.#feed.isUnheard) return;
    if (this.#untold.length < mostTold) this.#untold.push(judgement);
    else this.#skipped += 1;
    this.#telling ??= this.#clock.after(tellEvery, () => {
      const [predictions, skipped] = [this.#untold, this.#skipped];
      this.#telling = undefined;
      this.#untold = [];
      this.#skipped = 0;
      this.#feed.emit("predictions", { predictions, skipped });
    });
  }
}
