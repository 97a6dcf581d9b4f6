import type { GatewayActivity } from "../../protocol/streams.ts";

/** What was refused in the last minute. */
interface Refusals {
  readonly refused: number;
  /** Of all that were judged, 0 to 1; 0 where there were none. */
  readonly share: number;
  /** The most frequent ones first, in words. */
  readonly reasons: readonly { readonly reason: string; readonly count: number }[];
}

/** Fewer than that in a minute say nothing of the whole. */
const fewest = 10;

/** What a gateway's figures say of refusals. */
export function summarizeRefusals({ verdicts: { accepted, refused } }: GatewayActivity): Refusals {
  const reasons = Object.entries(refused)
    .map(([reason, count]) => ({ reason: reason.replaceAll("_", " "), count }))
    .sort((a, b) => b.count - a.count);
  const sum = reasons.reduce((sum, { count }) => sum + count, 0);
  return { refused: sum, share: sum === 0 ? 0 : sum / (accepted + sum), reasons };
}

/** Most of what miners hand in is refused. */
export function refusesMost({ refused, share }: Refusals): boolean {
  return refused >= fewest && share > 0.5;
}
