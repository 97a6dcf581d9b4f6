import { integer, list, number, object, optional, text, yes } from "../shape.ts";
import type { TitledEntry } from "./stream_entry.ts";

/** What a market settled. Nodes may tell more of it. */
export interface MarketReceipt {
  /** As the node names it. */
  readonly id: string;
  /** Which market it is of. */
  readonly market?: string | undefined;
  /** The block that it is in. */
  readonly block_height?: number | undefined;
  /** Unix seconds. */
  readonly timestamp?: number | undefined;
  /** Who served. */
  readonly provider?: string | undefined;
  /** Who was served. */
  readonly consumer?: string | undefined;
  /** What was paid. */
  readonly amount?: number | undefined;
}

/** Receipts that are new, newest first, looked for every 3 s. */
export interface Receipts {
  /** The new ones, newest first. */
  readonly receipts: readonly MarketReceipt[];
  /** How many they are. */
  readonly count: number;
  /** There were more new ones before these than the node would give. */
  readonly incomplete?: true;
}

const receipt = object<MarketReceipt>({
  id: text(),
  market: optional(text()),
  block_height: optional(number()),
  timestamp: optional(number({ description: "Unix seconds" })),
  provider: optional(text()),
  consumer: optional(text()),
  amount: optional(number()),
});

/** Stream `receipts`. Protocol, section 4. */
export const receipts: TitledEntry<Receipts> = {
  title: "Market receipts",
  newsOnly: true,
  period: 3000,
  data: object<Receipts>({
    receipts: list(receipt, { description: "new ones, newest first" }),
    count: integer(),
    incomplete: optional(yes({ description: "there were more than the node would give" })),
  }, { title: "StreamReceipts" }),
  example: {
    receipts: [{
      id: "r-812344-3",
      market: "compute",
      block_height: 812_344,
      timestamp: 1_795_248_000,
      provider: "provider-7",
      consumer: "consumer-12",
      amount: 4.25,
    }],
    count: 1,
  },
};
