import { assert, assertEquals } from "@std/assert";
import { type ExactObject, Float, type Receipt } from "../../../lib/protocol/mod.ts";
import type { Frame } from "../../helpers/peer.ts";
import { samplePrediction } from "../../helpers/samples.ts";
import type { Random } from "./random.ts";

/** A confirmation's data. */
interface Confirmation {
  readonly prediction_id: string;
  readonly status: string;
  readonly message: string;
  readonly receipt?: Receipt;
  readonly duplicate?: boolean;
  readonly offset?: number;
}

/** What a frame confirms. */
export function readConfirmation(frame: Frame): Confirmation {
  return frame["data"] as unknown as Confirmation;
}

/** What one miner has submitted, what it was told, and what the validator may say next. */
export class MinerBook {
  /** Submitted and not confirmed, as far as the miner knows. */
  readonly undecided = new Map<string, ExactObject>();
  /** The receipt of every prediction for which the miner ever got a confirmation. */
  readonly receipts = new Map<string, Receipt>();
  /** Confirmations that came in. */
  confirmations = 0;
  /** Those of them that said `duplicate`. */
  duplicates = 0;
  /** How often it was told to come back later. */
  refusals = 0;
  readonly #confirmed: ExactObject[] = [];
  /** Sent on a request that was given up while the server lived: it may have been committed since. */
  readonly #uncertain = new Set<string>();
  #committed: ReadonlyMap<string, Receipt> = new Map();
  #count = 0;

  constructor(readonly uid: number, readonly random: Random) {}

  /** The server was started again, with these receipts of the miner in its log. */
  restart(committed: ReadonlyMap<string, Receipt>): void {
    for (const [id, receipt] of this.receipts) assertEquals(committed.get(id), receipt);
    for (const id of committed.keys()) assert(this.undecided.has(id) || this.receipts.has(id), id);
    this.#committed = committed;
    this.#uncertain.clear();
  }

  /** A prediction that was not submitted before, with what is hard to keep as it is in it. */
  create(): ExactObject {
    const prediction = samplePrediction(`${this.uid}-${this.#count += 1}`, {
      miner_uid: this.uid,
      wager: 0.001,
      weight: new Float(1),
      serial: 2n ** 70n + BigInt(this.#count),
      "note \u{1f3c8}": "caf\u00e9",
    });
    this.undecided.set(idOf(prediction), prediction);
    return prediction;
  }

  /** Some of the predictions that are confirmed. */
  someConfirmed(count: number): ExactObject[] {
    const last = this.#confirmed.length - 1;
    const picked = Array.from({ length: count }, () => this.#confirmed[this.random.between(0, last)]);
    return [...new Set(picked)].filter((prediction) => prediction !== undefined);
  }

  /** A request was given up while it was under way. */
  gaveUp(predictions: readonly ExactObject[]): void {
    for (const prediction of predictions) this.#uncertain.add(idOf(prediction));
  }

  /** A confirmation came in: the first one of its prediction, or the same again and saying so. */
  take({ prediction_id: id, status, message, receipt, duplicate = false }: Confirmation): void {
    assertEquals(status, "success", message);
    if (receipt === undefined) throw new Error(`the confirmation of ${id} has no receipt`);
    this.confirmations += 1;
    if (duplicate) this.duplicates += 1;
    const first = this.receipts.get(id) ?? this.#committed.get(id);
    if (first !== undefined) {
      assertEquals({ id, receipt, duplicate }, { id, receipt: first, duplicate: true });
    } else if (!this.#uncertain.has(id)) assertEquals({ id, duplicate }, { id, duplicate: false });
    if (!this.receipts.has(id)) this.#settle(id, receipt);
  }

  #settle(id: string, receipt: Receipt): void {
    const prediction = this.undecided.get(id);
    if (prediction === undefined) throw new Error(`${id} was confirmed and never submitted`);
    this.undecided.delete(id);
    this.receipts.set(id, receipt);
    this.#confirmed.push(prediction);
  }
}

/** The `prediction_id` of a prediction. */
export function idOf(prediction: ExactObject): string {
  return String(prediction["prediction_id"]);
}
