import type { MarketReceipt, Receipts } from "../../protocol/streams.ts";

/** A receipt as it is listed. */
export interface ListedReceipt {
  readonly receipt: MarketReceipt;
  /** It came with the newest message, while the page was open. */
  readonly isNew: boolean;
}

/** The receipts that the page lists. */
export interface ReceiptList {
  /** Newest first. */
  readonly entries: readonly ListedReceipt[];
  /** How many different ones have come. */
  readonly seen: number;
  /** There were some that the node did not give any more. */
  readonly incomplete: boolean;
}

/** The newest receipts, each once although recovery may repeat some. */
export class ReceiptsLog {
  readonly #capacity: number;
  #list: ReceiptList = { entries: [], seen: 0, incomplete: false };
  #isFirst = true;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get list(): ReceiptList {
    return this.#list;
  }

  /** Takes in what a message brings, newest first. */
  add({ receipts, incomplete }: Receipts): ReceiptList {
    const { entries, seen } = this.#list;
    const known = new Set(entries.map(({ receipt }) => receipt.id));
    const isNew = !this.#isFirst;
    const added: ListedReceipt[] = [];
    for (const receipt of receipts) {
      if (known.has(receipt.id)) continue;
      known.add(receipt.id);
      added.push({ receipt, isNew });
    }
    this.#isFirst = false;
    return this.#list = {
      entries: [...added, ...entries.map(aged)].slice(0, this.#capacity),
      seen: seen + added.length,
      incomplete: this.#list.incomplete || incomplete === true,
    };
  }
}

function aged(entry: ListedReceipt): ListedReceipt {
  return entry.isNew ? { ...entry, isNew: false } : entry;
}
