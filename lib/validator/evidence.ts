import { noReceipt } from "../protocol/mod.ts";
import type { PredictionRecord, PredictionRepository } from "../engine/mod.ts";
import type { Confirmations } from "./confirmations.ts";

/** What proves that a prediction was accepted, and where it stands among its miner's. */
interface Proof {
  readonly record: PredictionRecord;
  /** Its confirmation, signed again. */
  readonly confirmation: string;
  /** Of the same miner; undefined where there is none, or it was pruned. */
  readonly before: PredictionRecord | undefined;
  readonly after: PredictionRecord | undefined;
}

/** Where a miner's chain of receipts stands. */
interface ChainState {
  /** How many were given. */
  readonly receipts: number;
  /** `miner_sequence` of the first that is kept: those before it were pruned. */
  readonly first: number;
  /** SHA-256 of the last receipt: `previous` of the next one. */
  readonly head: string;
}

/** What operators are shown of what was accepted, so that they need not take the validator's word for it. */
export class Evidence {
  readonly #predictions: PredictionRepository;
  readonly #confirmations: Confirmations;

  constructor(parts: { predictions: PredictionRepository; confirmations: Confirmations }) {
    this.#predictions = parts.predictions;
    this.#confirmations = parts.confirmations;
  }

  /** The proof of the prediction with a sequence; undefined where there is none. */
  async proofOf(sequence: number): Promise<Proof | undefined> {
    const [record] = await this.#predictions.after(sequence - 1, 1);
    if (record?.receipt.sequence !== sequence) return undefined;
    const { hotkey, receipt: { miner_sequence } } = record;
    const around = await this.#predictions.ofMiner(hotkey, miner_sequence - 2, 3);
    const [confirmation = ""] = await this.#confirmations.renew(hotkey, [record]);
    const at = (place: number) => around.find(({ receipt }) => receipt.miner_sequence === place);
    return { record, confirmation, before: at(miner_sequence - 1), after: at(miner_sequence + 1) };
  }

  /** What was accepted under an id, which any of these miners may have used. */
  async named(predictionId: string, hotkeys: readonly string[]): Promise<PredictionRecord[]> {
    const found = await this.#predictions.find(hotkeys.map((hotkey) => ({ hotkey, predictionId })));
    return found.filter((record) => record !== null);
  }

  /** Where a miner's chain stands. */
  async chainOf(hotkey: string): Promise<ChainState> {
    const [[head = null], [first]] = await Promise.all([
      this.#predictions.minerHeads([hotkey]),
      this.#predictions.ofMiner(hotkey, 0, 1),
    ]);
    const receipts = head?.sequence ?? 0;
    return {
      receipts,
      first: first?.receipt.miner_sequence ?? receipts + 1,
      head: head?.previous ?? noReceipt,
    };
  }

  /** Up to `limit` of a miner's newest accepted predictions, the newest first. */
  async latestOf(hotkey: string, limit: number): Promise<PredictionRecord[]> {
    return await this.#predictions.latestOf(hotkey, limit);
  }
}
