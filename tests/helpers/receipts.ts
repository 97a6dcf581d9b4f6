import type { Keypair } from "../../lib/crypto/mod.ts";
import { noReceipt, receiptHash, renderSigned, sha256Hex } from "../../lib/protocol/mod.ts";
import type { ExactJson, Receipt } from "../../lib/protocol/mod.ts";
import { signMessage, testKey } from "./peer.ts";
import { samplePrediction } from "./samples.ts";

/** What a validator gave one miner: predictions and the confirmations of them, one receipt after the other. */
export class ReceiptBook {
  readonly validator: Keypair = testKey(900);
  readonly predictions: string[] = [];
  /** Signed confirmations, oldest first. */
  readonly lines: string[] = [];
  readonly receipts: Receipt[] = [];
  lineage: string | undefined;

  /** `miner`: its hotkey; null: the validator does not name it. */
  constructor(readonly miner: string | null = testKey(7).address, readonly prefix = "p") {}

  /** A book with so many receipts; `step`: how far the validator's sequence goes from one to the next. */
  static of(count: number, book = new ReceiptBook(), step = 1): ReceiptBook {
    for (let number = 1; number <= count; number++) book.accept(number * step);
    return book;
  }

  /** What a validator gives that has restored a backup of this book, made after so many receipts. */
  restored(count: number, lineage: string): ReceiptBook {
    const book = new ReceiptBook(this.miner, this.prefix);
    book.lineage = lineage;
    book.predictions.push(...this.predictions.slice(0, count));
    book.receipts.push(...this.receipts.slice(0, count));
    book.lines.push(...this.lines.slice(0, count));
    return book;
  }

  accept(sequence: number, previous?: string): void {
    const number = this.receipts.length + 1;
    const id = `${this.prefix}${number}`;
    const text = renderSigned(samplePrediction(id));
    const before = this.receipts.at(-1);
    const receipt = {
      sequence,
      hash: sha256Hex(text),
      previous: previous ?? (before === undefined ? noReceipt : receiptHash(before)),
      miner_sequence: number,
      ...(this.lineage === undefined ? {} : { lineage: this.lineage }),
    };
    this.predictions.push(text);
    this.receipts.push(receipt);
    this.lines.push(this.confirm(id, receipt));
  }

  /** A confirmation of a receipt. */
  confirm(predictionId: string, receipt: ExactJson, key: Keypair = this.validator): string {
    return signMessage(key, "confirmation", {
      prediction_id: predictionId,
      status: "success",
      message: "Prediction accepted",
      hotkey: this.miner ?? undefined,
      receipt: { ...receipt as Record<string, ExactJson> },
    });
  }

  refuse(predictionId: string): string {
    const data = {
      prediction_id: predictionId,
      status: "error",
      message: "Unknown game",
      hotkey: this.miner ?? undefined,
    };
    return signMessage(this.validator, "confirmation", data);
  }

  /** A line, counted from 1. */
  line(number: number): string {
    return this.lines[number - 1] ?? "";
  }

  receipt(number: number): Receipt {
    const receipt = this.receipts[number - 1];
    if (receipt === undefined) throw new RangeError(`no receipt ${number}`);
    return receipt;
  }
}
