import { z } from "zod";
import { type MarketReceipt, sha256Hex } from "../protocol/mod.ts";
import { readAnswer, textSchema } from "./rpc_messages.ts";

const mostReceipts = 1000;
const largestReceipt = 4096;
const longestId = 200;

const optionalText = textSchema.optional().catch(undefined);
const optionalNumber = z.number().optional().catch(undefined);

/** What people know a receipt by. A field of another type is left out rather than all receipts with it. */
const knownFields = {
  id: z.string(),
  market: optionalText,
  block_height: optionalNumber,
  timestamp: optionalNumber,
  provider: optionalText,
  consumer: optionalText,
  amount: optionalNumber,
};

const wholeSchema = z.looseObject(knownFields);
const knownSchema = z.object(knownFields);
const answerSchema = z.object({ receipts: z.array(z.record(z.string(), z.unknown())) });

/** Without an id of its own, a receipt is known by its content, in whatever order that comes. */
function identify(receipt: Readonly<Record<string, unknown>>): string {
  const { id } = receipt;
  if (typeof id === "number") return String(id);
  if (typeof id === "string" && id !== "" && id.length <= longestId) return id;
  const members = Object.entries(receipt).sort(([a], [b]) => a < b ? -1 : 1);
  return `sha256-${sha256Hex(JSON.stringify(members)).slice(0, 32)}`;
}

function readReceipt(receipt: Readonly<Record<string, unknown>>): MarketReceipt {
  const identified = { ...receipt, id: identify(receipt) };
  const whole = wholeSchema.parse(identified);
  return JSON.stringify(whole).length <= largestReceipt ? whole : knownSchema.parse(identified);
}

/** The receipts in an answer, newest first. */
interface ReceiptList {
  /** Each id once. */
  readonly receipts: readonly MarketReceipt[];
  /** How many the node listed. */
  readonly listed: number;
}

/**
 * The receipts in an answer to `receipt.audit`, at most the first 1,000. A receipt without an id gets one made from its
 * content; of one larger than 4 KiB only the fields stay that PROTOCOLS names.
 *
 * @throws {NodeError} when it holds no such list
 */
export function readReceipts(result: unknown): ReceiptList {
  const { receipts } = readAnswer("receipt.audit", answerSchema, result);
  const byId = new Map<string, MarketReceipt>();
  for (const receipt of receipts.slice(0, mostReceipts).map(readReceipt)) {
    if (!byId.has(receipt.id)) byId.set(receipt.id, receipt);
  }
  return { receipts: [...byId.values()], listed: receipts.length };
}
