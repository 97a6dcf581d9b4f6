import type { MarketReceipt, Receipts } from "../protocol/mod.ts";
import { type StreamDefinition, type StreamSource } from "./definition.ts";
import { type ChainNode, NodeError } from "./node.ts";
import { readReceipts } from "./read_receipts.ts";

const smallestLimit = 10;
/** Asked for one after the other until a receipt is among them that was known before. */
const largerLimits = [100, 1000];
const mostCurrent = 10;
const mostInValue = 100;
const mostIds = 2000;
const patience = 2;

/** The node's newest receipts. */
interface Page {
  readonly receipts: readonly MarketReceipt[];
  /** Whether all that are new are among them. */
  readonly complete: boolean;
  /** Whether the node may have more than it gave. */
  readonly full: boolean;
}

/** What is known of the receipts that were published. */
interface Memory {
  readonly known: RecentIds;
  /** The newest ones; undefined before the first poll. */
  readonly current: readonly MarketReceipt[] | undefined;
  /** Whether some were published of which nothing is known any more. */
  readonly isTorn: boolean;
}

/** Receipts in values of a bounded size, oldest first. */
function receiptValues(newestFirst: readonly MarketReceipt[], complete: boolean): Receipts[] {
  const values: Receipts[] = [];
  for (let end = newestFirst.length; end > 0; end -= mostInValue) {
    const receipts = newestFirst.slice(Math.max(0, end - mostInValue), end);
    const oldest = values.length === 0;
    values.push({
      receipts,
      count: receipts.length,
      ...(oldest && !complete ? { incomplete: true as const } : {}),
    });
  }
  return values;
}

/** Finds the receipts that are new since the last poll: each comes once, and none is passed over in silence. */
export class ReceiptsSource implements StreamSource {
  readonly #node: ChainNode;
  #memory: Memory = { known: new RecentIds(mostIds), current: undefined, isTorn: false };
  /** As it was before the last poll. */
  #before = this.#memory;
  #failures = 0;

  constructor(node: ChainNode) {
    this.#node = node;
  }

  async poll(): Promise<readonly Receipts[]> {
    const { receipts, complete } = await this.#ask();
    const fresh = this.#fresh(receipts);
    const { isTorn } = this.#memory;
    this.#failures = 0;
    this.#before = this.#memory;
    this.#learn(receipts);
    return receiptValues(fresh, complete && !isTorn);
  }

  current(): Receipts | undefined {
    const { current } = this.#memory;
    return current && { receipts: current, count: current.length };
  }

  recover(published: readonly unknown[], offset: number): void {
    this.#memory = this.#before;
    const newestFirst = (published as readonly Receipts[]).toReversed().flatMap(({ receipts }) => receipts);
    if (published.length > 0) this.#learn(newestFirst);
    else if (this.#memory.current === undefined && offset > 0) {
      this.#memory = { ...this.#memory, isTorn: true };
    }
    this.#before = this.#memory;
  }

  #learn(newestFirst: readonly MarketReceipt[]): void {
    const known = this.#memory.known.copy();
    for (const { id } of newestFirst.toReversed()) known.add(id);
    const current = merge(newestFirst, this.#memory.current ?? []).slice(0, mostCurrent);
    this.#memory = { known, current, isTorn: false };
  }

  async #ask(): Promise<Page> {
    let page = await this.#askFor(smallestLimit, 0);
    let asked = smallestLimit;
    for (const limit of largerLimits) {
      if (page.complete || !page.full) break;
      const larger = await this.#askForMore(limit, asked);
      if (larger === undefined) break;
      page = larger;
      asked = limit;
    }
    return page;
  }

  /** A node that fails at a larger limit twice running would fail for ever: what it gave before has to do. */
  async #askForMore(limit: number, before: number): Promise<Page | undefined> {
    try {
      return await this.#askFor(limit, before);
    } catch (error) {
      this.#failures++;
      if (error instanceof NodeError && this.#failures >= patience) return undefined;
      throw error;
    }
  }

  async #askFor(limit: number, before: number): Promise<Page> {
    const { receipts, listed } = readReceipts(await this.#node.call("receipt.audit", { limit }));
    const isAll = listed < limit && (before === 0 || listed > before);
    return { receipts, complete: this.#connects(receipts, isAll), full: listed >= limit };
  }

  /** Whether no receipt can lie between these and the ones known before. */
  #connects(receipts: readonly MarketReceipt[], isAll: boolean): boolean {
    const { known, current } = this.#memory;
    if (current === undefined) return true;
    return known.size === 0 ? isAll : receipts.some(({ id }) => known.has(id));
  }

  /** What comes before the last known one: after it is what was there before the first poll. */
  #fresh(receipts: readonly MarketReceipt[]): readonly MarketReceipt[] {
    const { known, current } = this.#memory;
    if (current === undefined) return receipts.slice(0, mostCurrent);
    const last = receipts.findLastIndex(({ id }) => known.has(id));
    const candidates = last < 0 ? receipts : receipts.slice(0, last);
    return candidates.filter(({ id }) => !known.has(id));
  }
}

function merge(newer: readonly MarketReceipt[], older: readonly MarketReceipt[]): MarketReceipt[] {
  const ids = new Set(newer.map(({ id }) => id));
  return [...newer, ...older.filter(({ id }) => !ids.has(id))];
}

/** What the markets settle. */
export const receiptsSource: StreamDefinition["open"] = (node) => new ReceiptsSource(node);

/** The ids seen last, of which a bounded number is kept. */
export class RecentIds {
  readonly #ids: Set<string>;
  readonly #most: number;

  constructor(most: number, ids: Iterable<string> = []) {
    this.#most = most;
    this.#ids = new Set(ids);
  }

  get size(): number {
    return this.#ids.size;
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** The same ids, to which others are added. */
  copy(): RecentIds {
    return new RecentIds(this.#most, this.#ids);
  }

  /** Keeps an id; one that is kept already counts as seen last. */
  add(id: string): void {
    this.#ids.delete(id);
    this.#ids.add(id);
    if (this.#ids.size <= this.#most) return;
    for (const oldest of this.#ids) {
      this.#ids.delete(oldest);
      return;
    }
  }
}
