import type { ToldMiner as Miner } from "../../../protocol/mod.ts";
import { formatAmount } from "../../model/format.ts";

/** Whether a miner is here, in a word. */
export function stateOf({ blacklisted, connected }: Pick<Miner, "blacklisted" | "connected">): string {
  if (blacklisted) return "blacklisted";
  return connected === null ? "away" : "connected";
}

const tones: Readonly<Record<string, string>> = {
  connected: "healthy",
  away: "waiting",
  blacklisted: "down",
};

/** The same, to be seen at a glance. */
export function MinerState(miner: Pick<Miner, "blacklisted" | "connected">) {
  const state = stateOf(miner);
  return <span className="badge" data-tone={tones[state]}>{state}</span>;
}

interface WageredProps {
  readonly amount: number;
  /** What a miner may wager on one day; undefined until it is known. */
  readonly limit: number | undefined;
}

/** What was wagered today, of what may be. */
export function Wagered({ amount, limit }: WageredProps) {
  const share = limit === undefined ? 0 : Math.min(1, amount / limit);
  return (
    <span className="used">
      <span className="number">{formatAmount(amount)} of {formatAmount(limit ?? NaN)}</span>
      <span className="bar" aria-hidden="true" data-beyond={share >= 1}>
        <span className="bar-fill" style={{ transform: `scaleX(${share.toFixed(3)})` }} />
      </span>
    </span>
  );
}
