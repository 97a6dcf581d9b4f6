import type { MinersDay, ToldMiner as Miner } from "../../protocol/mod.ts";

const minute = 60_000;
/** After which a miner is silent, in milliseconds: one that is away, and one that is here and does not predict. */
const [awayFor, quietFor] = [10 * minute, 60 * minute];

/** A miner that predicted in the last day, and does not any more. */
interface SilentMiner {
  readonly miner: Miner;
  /** When it predicted last, as far as that is known: Unix milliseconds. */
  readonly since: number;
}

/** Those gone silent, the latest first. */
export function silentMiners(
  miners: readonly Miner[],
  day: MinersDay | undefined,
  now: number,
): readonly SilentMiner[] {
  return miners.filter(({ blacklisted }) => !blacklisted)
    .map((miner): SilentMiner => ({ miner, since: lastHeard(miner, day, now) }))
    .filter(({ miner, since }) => since > 0 && now - since > (miner.connected === null ? awayFor : quietFor))
    .sort((a, b) => b.since - a.since);
}

/** 0: not in the last day. What was before this server's start is known to half an hour. */
function lastHeard({ hotkey, last_prediction_at }: Miner, day: MinersDay | undefined, now: number): number {
  if (last_prediction_at !== null) return Date.parse(last_prediction_at);
  const { accepted = [], refused = [] } = day?.miners[hotkey] ?? {};
  const slot = accepted.findLastIndex((count, index) => count + (refused[index] ?? 0) > 0);
  if (day === undefined || slot === -1) return 0;
  return Math.min(now, 1000 * (day.from + (slot + 1) * day.interval));
}
