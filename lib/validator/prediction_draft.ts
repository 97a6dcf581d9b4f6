import { noReceipt, type Receipt, receiptHash, type ReceivedPrediction, utcDay } from "../protocol/mod.ts";
import { type Head, maxTextLength, type MinerHead, type PredictionRecord } from "../engine/mod.ts";
import type { Game } from "./game_table.ts";
import { brokenRule } from "./rules.ts";

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
  }
  | { readonly accepted: false; readonly conflict: boolean; readonly message: string };

/** The head of a miner without an accepted prediction. */
export const noHead: MinerHead = { sequence: 0, previous: noReceipt, day: "", wagered: 0 };

/** A group while it is judged: what it would add, should the commit go through. */
export class PredictionDraft {
  readonly records: PredictionRecord[] = [];
  readonly minerHeads = new Map<string, MinerHead>();
  readonly #head: Head;
  readonly #committed: ReadonlyMap<string, MinerHead>;
  readonly #findGame: (gameId: string) => Game | undefined;
  readonly #now: number;
  readonly #today: string;
  readonly #drafted = new Map<string, PredictionRecord>();

  constructor(
    head: Head,
    committed: ReadonlyMap<string, MinerHead>,
    findGame: (gameId: string) => Game | undefined,
    now: number,
  ) {
    this.#head = head;
    this.#committed = committed;
    this.#findGame = findGame;
    this.#now = now;
    this.#today = utcDay(now);
  }

  judge({ hotkey, uid, prediction }: Candidate, stored: PredictionRecord | null): Verdict {
    const { fields, text, hash } = prediction;
    const minerHead = this.minerHeads.get(hotkey) ?? this.#committed.get(hotkey) ?? noHead;
    const wagered = minerHead.day === this.#today ? minerHead.wagered : 0;
    const key = `${hotkey} ${fields.prediction_id}`;
    const first = stored ?? this.#drafted.get(key);
    if (first !== undefined) return repeated(first, hash, wagered);
    if (text.length > maxTextLength) {
      return refused(
        `Prediction too large: ${text.length} characters as signed text, at most ${maxTextLength}`,
      );
    }
    const game = this.#findGame(fields.game_id);
    const broken = brokenRule({ prediction: fields, uid, wagered, game, now: this.#now });
    if (broken !== null) return refused(broken);
    const receipt: Receipt = {
      sequence: this.#head.sequence + this.records.length + 1,
      hash,
      previous: minerHead.previous,
      miner_sequence: minerHead.sequence + 1,
    };
    const predictionId = fields.prediction_id;
    const record: PredictionRecord = { predictionId, hotkey, uid, receivedAt: this.#now, text, receipt };
    const total = roundAmount(wagered + fields.wager);
    this.records.push(record);
    this.#drafted.set(key, record);
    this.minerHeads.set(hotkey, {
      sequence: receipt.miner_sequence,
      previous: receiptHash(receipt),
      day: this.#today,
      wagered: total,
    });
    return { accepted: true, receipt, duplicate: false, wagered: total };
  }
}

function repeated({ predictionId, receipt }: PredictionRecord, hash: string, wagered: number): Verdict {
  if (receipt.hash === hash) return { accepted: true, receipt, duplicate: true, wagered };
  const message =
    `Conflicting prediction_id: ${predictionId} was accepted with other content (hash ${receipt.hash})`;
  return { accepted: false, conflict: true, message };
}

function refused(message: string): Verdict {
  return { accepted: false, conflict: false, message };
}

/** Keeps sums of decimal fractions from growing digits. */
function roundAmount(amount: number): number {
  return Math.round(amount * 1e9) / 1e9;
}
