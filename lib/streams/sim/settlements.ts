import type { MarketReceipt } from "../../protocol/mod.ts";
import { blockHeight } from "./chain.ts";
import type { Noise } from "./noise.ts";

const slot = 1000;
/** In one of so many slots receipts come in a rush, every four minutes or so. */
const rushOdds = 240;
/** Receipts are looked for no further back than this many slots. */
const furthest = 7200;

/** How often each market settles, and for how much. */
const markets = [
  { name: "compute", share: 0.5, least: 20, most: 900 },
  { name: "storage", share: 0.25, least: 5, most: 240 },
  { name: "ads", share: 0.17, least: 1, most: 60 },
  { name: "energy", share: 0.08, least: 100, most: 4000 },
] as const;

/** How many receipts come in a slot: none mostly, sometimes one or two, in a rush a dozen and more. */
function arrivals(noise: Noise, index: number): number {
  const chance = noise.unit("arrivals", index);
  const few = chance < 0.72 ? 0 : chance < 0.95 ? 1 : 2;
  const rushes = noise.unit("rush", index) < 1 / rushOdds;
  return rushes ? noise.between("rush size", index, 12, 40) : few;
}

/** The same few meet again and again. */
function partyOf(noise: Noise, kind: string, number: number): string {
  const digits = [0, 1, 2, 3, 4].map((part) => noise.bits(kind, number * 5 + part).toString(16));
  return `0x${digits.map((group) => group.padStart(8, "0")).join("")}`;
}

function marketOf(draw: number): typeof markets[number] {
  let left = draw;
  for (const market of markets) {
    left -= market.share;
    if (left < 0) return market;
  }
  return markets[0];
}

function receiptAt(noise: Noise, index: number, nth: number, time: number): MarketReceipt {
  const draw = index * 64 + nth;
  const market = marketOf(noise.unit("market", draw));
  const slotId = noise.bits("receipt", index).toString(16).padStart(8, "0");
  return {
    id: `receipt_${slotId}${nth.toString(16).padStart(2, "0")}`,
    market: market.name,
    block_height: blockHeight(noise, time),
    timestamp: Math.floor(time / 1000),
    provider: partyOf(noise, `provider of ${market.name}`, noise.between("provider", draw, 0, 9)),
    consumer: partyOf(noise, "consumer", noise.between("consumer", draw, 0, 39)),
    amount: noise.between("amount", draw, market.least, market.most),
  };
}

/** The receipts of one slot as far as they have come, newest first. */
function receiptsIn(noise: Noise, index: number, time: number): MarketReceipt[] {
  const count = arrivals(noise, index);
  const receipts: MarketReceipt[] = [];
  for (let nth = count - 1; nth >= 0; nth--) {
    const arrival = index * slot + Math.floor((nth + noise.unit("arrival", index * 64 + nth)) * slot / count);
    if (arrival <= time) receipts.push(receiptAt(noise, index, nth, arrival));
  }
  return receipts;
}

/** The newest receipts, newest first, of the last two hours. */
export function newestReceipts(noise: Noise, time: number, limit: number): MarketReceipt[] {
  const latest = Math.floor(time / slot);
  const receipts: MarketReceipt[] = [];
  for (let index = latest; index > latest - furthest && receipts.length < limit; index--) {
    receipts.push(...receiptsIn(noise, index, time));
  }
  return receipts.slice(0, limit);
}
