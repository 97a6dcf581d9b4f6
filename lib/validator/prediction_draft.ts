import {
  type Durability,
  maxTextLength,
  noReceipt,
  type PredictionRefusal,
  type Receipt,
  receiptHash,
  type ReceivedPrediction,
  utcDay,
} from "../protocol/mod.ts";
import { type Head, type MinerHead, type PredictionRecord } from "../engine/mod.ts";
import type { Game } from "./game.ts";
import { brokenRule, type DayTotals, type PredictionLimits } from "./rules.ts";

/** A prediction from a miner that has proved who it is. */
export interface Candidate {
  readonly hotkey: string;
  readonly uid: number;
  readonly prediction: ReceivedPrediction;
}

/** What became of a candidate. */
export type Verdict =
  | {
    readonly accepted: true;
    readonly receipt: Receipt;
    readonly duplicate: boolean;
    readonly wagered: number;
    /** What it survives; absent where an older version has kept it. */
    readonly durability?: Durability | undefined;
  }
  | { readonly accepted: false; readonly reason: PredictionRefusal; readonly message: string };

/** The head of a miner without an accepted prediction. */
export const noHead: MinerHead = { sequence: 0, previous: noReceipt, day: "", wagered: 0 };

/** What the store can hold, and nothing else in the way. */
export const noLimits: PredictionLimits = {
  smallestWager: 0,
  maxSize: maxTextLength,
  perDay: Infinity,
  bytesPerDay: Infinity,
};

/** A group while it is judged: what it would add, should the commit go through. */
export class PredictionDraft {
  readonly records: PredictionRecord[] = [];
  readonly minerHeads = new Map<string, MinerHead>();
  readonly #head: Head;
  readonly #committed: ReadonlyMap<string, MinerHead>;
  readonly #findGame: (gameId: string) => Game | undefined;
  readonly #limits: PredictionLimits;
  readonly #now: number;
  readonly #today: string;
  readonly #drafted = new Map<string, PredictionRecord>();

  constructor(
    head: Head,
    committed: ReadonlyMap<string, MinerHead>,
    findGame: (gameId: string) => Game | undefined,
    limits: PredictionLimits,
    now: number,
  ) {
    this.#head = head;
    this.#committed = committed;
    this.#findGame = findGame;
    this.#limits = limits;
    this.#now = now;
    this.#today = utcDay(now);
  }

  judge({ hotkey, uid, prediction }: Candidate, stored: PredictionRecord | null): Verdict {
    const { fields, text, hash } = prediction;
    const minerHead = this.minerHeads.get(hotkey) ?? this.#committed.get(hotkey) ?? noHead;
    const today = this.#totals(minerHead);
    const key = `${hotkey} ${fields.prediction_id}`;
    const first = stored ?? this.#drafted.get(key);
    if (first !== undefined) return repeated(first, hash, today.wagered);
    const [size, limits] = [text.length, this.#limits];
    if (size > limits.maxSize) {
      return {
        accepted: false,
        reason: "too_large",
        message: `Prediction too large: ${size} characters as signed text, at most ${limits.maxSize}`,
      };
    }
    const game = this.#findGame(fields.game_id);
    const broken = brokenRule({ prediction: fields, uid, size, limits, today, game, now: this.#now });
    if (broken !== null) return { accepted: false, ...broken };
    const receipt: Receipt = {
      sequence: this.#head.sequence + this.records.length + 1,
      hash,
      previous: minerHead.previous,
      miner_sequence: minerHead.sequence + 1,
      ...(this.#head.lineage === undefined ? {} : { lineage: this.#head.lineage }),
    };
    const predictionId = fields.prediction_id;
    const record: PredictionRecord = { predictionId, hotkey, uid, receivedAt: this.#now, text, receipt };
    const wagered = addAmounts(today.wagered, fields.wager);
    this.records.push(record);
    this.#drafted.set(key, record);
    this.minerHeads.set(hotkey, {
      sequence: receipt.miner_sequence,
      previous: receiptHash(receipt),
      day: this.#today,
      wagered,
      predictions: today.predictions + 1,
      bytes: today.bytes + size,
    });
    return { accepted: true, receipt, duplicate: false, wagered };
  }

  #totals({ day, wagered, predictions = 0, bytes = 0 }: MinerHead): DayTotals {
    return day === this.#today ? { wagered, predictions, bytes } : { wagered: 0, predictions: 0, bytes: 0 };
  }
}

function repeated({ predictionId, receipt }: PredictionRecord, hash: string, wagered: number): Verdict {
  if (receipt.hash === hash) return { accepted: true, receipt, duplicate: true, wagered };
  const message =
    `Conflicting prediction_id: ${predictionId} was accepted with other content (hash ${receipt.hash})`;
  return { accepted: false, reason: "conflict", message };
}

/** Keeps sums of decimal fractions from growing digits. What is rounded is rounded up: no amount is so small as to be none. */
function addAmounts(sum: number, amount: number): number {
  const billionths = (sum + amount) * 1e9;
  const nearest = Math.round(billionths);
  const whole = Math.abs(billionths - nearest) < 1e-3 ? nearest : Math.ceil(billionths);
  return Math.max(whole, Math.round(sum * 1e9) + 1) / 1e9;
}
