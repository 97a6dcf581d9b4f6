/** What may be found in a file of receipts; `fault`: whether the file is then not sound. */
export const findingKinds = {
  unreadable: { fault: true, meaning: "no signed confirmation" },
  truncated: { fault: true, meaning: "the file ends within the line" },
  other_validator: { fault: true, meaning: "another validator's confirmation" },
  forged: { fault: true, meaning: "the signature is not the validator's over this text" },
  foreign_miner: { fault: true, meaning: "another miner's receipt" },
  changed_prediction: { fault: true, meaning: "the receipt is for other content than was sent" },
  not_sent: { fault: true, meaning: "a receipt for a prediction that was not sent" },
  hole: { fault: true, meaning: "receipts are missing" },
  restored: { fault: true, meaning: "the validator restored a backup, and gave numbers again" },
  fork: { fault: true, meaning: "two receipts claim one place" },
  broken_link: { fault: true, meaning: "the receipt does not follow the one before it" },
  reordered: { fault: true, meaning: "the line stands before the one that it follows" },
  duplicate: { fault: false, meaning: "a receipt that stands in an earlier line too" },
  unconfirmed: { fault: false, meaning: "a prediction without a receipt" },
} as const;

/** The name of a kind of finding. */
export type FindingKind = keyof typeof findingKinds;

/** Something found in a file of receipts. */
export interface ReceiptFinding {
  /** What was found, in a word. */
  readonly kind: FindingKind;
  /** The line that it is about, from 1; undefined where it is about none. */
  readonly line: number | undefined;
  /** The same in a sentence. */
  readonly message: string;
}

/** What a report lists of each kind; beyond that, findings are counted alone. */
const mostListed = 100;

/** Gathers findings, however many a hostile file causes. */
export class Findings {
  readonly #listed: ReceiptFinding[];
  readonly #counts: Map<FindingKind, number>;

  constructor(listed: readonly ReceiptFinding[] = [], counts: Iterable<[FindingKind, number]> = []) {
    this.#listed = [...listed];
    this.#counts = new Map(counts);
  }

  /** The same findings, to be gone on with apart. */
  copy(): Findings {
    return new Findings(this.#listed, this.#counts);
  }

  add(kind: FindingKind, line: number | undefined, message: string): void {
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    if (count <= mostListed) this.#listed.push({ kind, line, message });
  }

  /** How many there are of each kind. */
  get counts(): Partial<Record<FindingKind, number>> {
    return Object.fromEntries(this.#counts);
  }

  /** Whether none is a fault. */
  get sound(): boolean {
    return [...this.#counts.keys()].every((kind) => !findingKinds[kind].fault);
  }

  /** The first hundred of each kind, in the order of the lines. */
  list(): ReceiptFinding[] {
    return this.#listed.toSorted((a, b) => (a.line ?? Infinity) - (b.line ?? Infinity));
  }
}
