import { assertEquals } from "@std/assert";
import {
  type ExactObject,
  noReceipt,
  parseMessage,
  type Receipt,
  receiptHash,
  renderSigned,
  sha256Hex,
  toPlain,
} from "../../../lib/protocol/mod.ts";
import { adminToken } from "../../helpers/gateway.ts";

const pageSize = 1000;

/** What the validator says that it has accepted, held against what it said before. */
export class Ledger {
  #lines: string[] = [];
  readonly #receipts = new Map<string, Map<string, Receipt>>();
  readonly #last = new Map<string, Receipt>();

  get size(): number {
    return this.#lines.length;
  }

  /** The receipts of a miner by prediction. */
  receiptsOf(hotkey: string): ReadonlyMap<string, Receipt> {
    return this.#receipts.get(hotkey) ?? new Map();
  }

  /** Reads it all again: what was there before must be unchanged, and what is new must follow it without a gap. */
  async update(url: string): Promise<void> {
    const lines = await readLines(url);
    assertEquals(lines.slice(0, this.size), this.#lines);
    lines.slice(this.size).forEach((line, index) => this.#add(parseMessage(line), this.size + index + 1));
    this.#lines = lines;
  }

  #add(entry: ExactObject, sequence: number): void {
    const { hotkey, prediction_id: id } = toPlain(entry) as { hotkey: string; prediction_id: string };
    const receipt = toPlain(entry["receipt"] ?? null) as Receipt;
    const before = this.#last.get(hotkey);
    assertEquals(receipt, {
      sequence,
      hash: sha256Hex(renderSigned(entry["prediction"] ?? null)),
      previous: before === undefined ? noReceipt : receiptHash(before),
      miner_sequence: (before?.miner_sequence ?? 0) + 1,
    });
    const receipts = this.#receipts.get(hotkey) ?? new Map<string, Receipt>();
    assertEquals(receipts.has(id), false, `${id} was accepted twice`);
    this.#receipts.set(hotkey, receipts.set(id, receipt));
    this.#last.set(hotkey, receipt);
  }
}

async function readLines(url: string): Promise<string[]> {
  const lines: string[] = [];
  for (;;) {
    const response = await fetch(`${url}/admin/predictions?after=${lines.length}&limit=${pageSize}`, {
      headers: { authorization: `Bearer ${adminToken}`, accept: "application/x-ndjson" },
    });
    const page = (await response.text()).split("\n").slice(0, -1);
    lines.push(...page);
    if (page.length < pageSize) return lines;
  }
}
