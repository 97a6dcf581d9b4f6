import type { Noise } from "./noise.ts";

const second = 1000;
const minute = 60 * second;
const day = 24 * 60 * minute;
const blockTime = 6 * second;
const latestDelay = 2500;
/** When the first block came. */
const genesis = Date.UTC(2025, 0, 1);

/** One decimal. */
function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

/** From 0 to 1: mostly 0, and for minutes near a peak. */
function burst(noise: Noise, channel: string, time: number): number {
  return noise.wander(channel, time, 3 * minute) ** 8;
}

/** The newest block's number; blocks come about every 6 s. */
export function blockHeight(noise: Noise, time: number): number {
  const due = Math.max(1, Math.floor((time - genesis) / blockTime));
  const delay = noise.unit("block", due) * latestDelay;
  return time < genesis + due * blockTime + delay ? due - 1 : due;
}

/** Seconds until a block is final. */
export function finalityTime(noise: Noise, time: number): number {
  const usual = 6 + 4 * noise.wander("finality", time, 40 * second);
  return rounded(usual + 25 * burst(noise, "finality burst", time));
}

/** Transactions a second: more by day, restless within minutes, now and then a rush. */
export function transactionRate(noise: Noise, time: number): number {
  const byDay = 320 + 140 * Math.sin(2 * Math.PI * (time / day - 0.3));
  const byMinute = 180 * (noise.wander("tps", time, minute) - 0.5);
  const jitter = 40 * (noise.wander("tps jitter", time, 4 * second) - 0.5);
  return rounded(byDay + byMinute + jitter + 380 * burst(noise, "tps burst", time));
}

/** Bytes a second that go with the traffic of `peers` nodes. */
export function bandwidth(noise: Noise, time: number, peers: number): { in: number; out: number } {
  const carried = transactionRate(noise, time) * 2600 + peers * 9000;
  const share = (channel: string) => 0.85 + 0.3 * noise.wander(channel, time, 15 * second);
  return {
    in: Math.round(carried * share("bandwidth in")),
    out: Math.round(carried * 0.55 * share("bandwidth out")),
  };
}
