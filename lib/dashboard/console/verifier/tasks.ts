import type { PredictionProof } from "../../../protocol/mod.ts";
import type { FindingKind, ReceiptReport } from "../../../client/receipts/mod.ts";

/** What came of checking a proof. */
export interface Inspection {
  /** What the validator's signature covers. */
  readonly signedText: string;
  /** The signature is the validator's, over that text, which holds this receipt. */
  readonly isSigned: boolean;
  /** The receipt's hash is that of the prediction. */
  readonly isOfPrediction: boolean;
  /** It names the receipt before it, and the one after it names this one; undefined where there is none. */
  readonly followsBefore: boolean | undefined;
  readonly isFollowed: boolean | undefined;
}

/** Which receipts are held against what. */
export interface AuditOrder {
  readonly file: Blob;
  readonly validator: string;
  readonly miner?: string;
  readonly from?: number;
  readonly anyOrder?: boolean;
}

/** How far an audit is. */
export interface AuditProgress {
  readonly lines: number;
  readonly bytes: number;
}

/** What came of an audit. */
export interface AuditOutcome {
  readonly report: ReceiptReport;
  /** SHA-256 of the file. */
  readonly digest: string;
  /** The first line with a fault; undefined where there is none. */
  readonly firstBad: BadLine | undefined;
}

/** A line with a fault. */
interface BadLine {
  readonly line: number;
  readonly kind: FindingKind;
  readonly message: string;
  /** Of the line, as far as there is room for it. */
  readonly text: string;
}

/** Games that may be published. */
export interface CheckedGames {
  readonly count: number;
  /** As the server takes them. */
  readonly body: string;
}

/** What the worker is asked for, by name. */
export interface Tasks {
  readonly inspect: { readonly order: PredictionProof; readonly outcome: Inspection };
  readonly games: { readonly order: { readonly text: string }; readonly outcome: CheckedGames };
  readonly audit: { readonly order: AuditOrder; readonly outcome: AuditOutcome };
}

/** What the page sends. */
export type Order = {
  readonly [Name in keyof Tasks]: { readonly name: Name; readonly order: Tasks[Name]["order"] };
}[keyof Tasks];

/** What the worker sends: any progress, then the outcome or a problem. */
export type Answer =
  | { readonly kind: "progress"; readonly progress: AuditProgress }
  | { readonly kind: "outcome"; readonly outcome: Tasks[keyof Tasks]["outcome"] }
  | { readonly kind: "problem"; readonly message: string };
