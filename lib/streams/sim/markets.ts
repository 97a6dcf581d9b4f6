import type { Noise } from "./noise.ts";

const minute = 60_000;
const launch = Date.UTC(2025, 0, 1);

/** Below which mood a market rests. */
const restsBelow = { compute: 0.1, storage: 0.06, energy: 0.03, ads: 0.1 };

/** From 0, when a market rests for a while, to 1. */
function liveliness(noise: Noise, market: keyof typeof restsBelow, time: number): number {
  const mood = noise.wander(`mood of ${market}`, time, 4 * minute);
  return Math.min(1, Math.max(0, (mood - restsBelow[market]) / 0.1));
}

/** A whole number that wanders from `least` to `most`. */
function swing(noise: Noise, channel: string, time: number, least: number, most: number): number {
  return least + (most - least) * noise.wander(channel, time, 1.5 * minute);
}

/** Jobs that run for pay. */
export function computeMarket(noise: Noise, time: number): Record<string, number> {
  const jobs = swing(noise, "jobs", time, 20, 75);
  return {
    active_jobs: Math.round(jobs * liveliness(noise, "compute", time)),
    providers: Math.round(swing(noise, "compute providers", time / 10, 8, 18)),
  };
}

/** Gigabytes kept for pay. */
export function storageMarket(noise: Noise, time: number): Record<string, number> {
  const stored = swing(noise, "stored", time / 5, 38_000, 52_000);
  return {
    total_stored: Math.round(stored * liveliness(noise, "storage", time)),
    providers: Math.round(swing(noise, "storage providers", time / 10, 5, 11)),
  };
}

/** Credits for energy, and who trades in them. */
export function energyMarket(noise: Noise, time: number): Record<string, number> {
  const lively = liveliness(noise, "energy", time);
  return {
    total_credits: Math.round(lively * swing(noise, "credits", time, 2000, 9000)),
    active_traders: Math.round(lively * swing(noise, "traders", time, 4, 36)),
  };
}

/** Advertisements, and how often one was seen since the beginning. */
export function adMarket(noise: Noise, time: number): Record<string, number> {
  const campaigns = swing(noise, "campaigns", time, 5, 26);
  return {
    active_campaigns: Math.round(campaigns * liveliness(noise, "ads", time)),
    total_impressions: Math.max(0, Math.floor((time - launch) / 270)),
  };
}
