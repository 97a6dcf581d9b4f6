import type { NetworkPeer } from "../../protocol/mod.ts";
import type { Noise } from "./noise.ts";

const second = 1000;
const minute = 60 * second;
/** Always there. */
const residents = 20;
/** Come and go. */
const visitors = 40;
const stay = 12 * minute;
const measuringTakes = 10 * second;
/** What RFC 5737 sets aside for documentation. */
const networks = ["192.0.2", "198.51.100", "203.0.113"];

function hex(bits: number): string {
  return bits.toString(16).padStart(8, "0");
}

function isThere(noise: Noise, index: number, time: number): boolean {
  return index < residents || noise.wander(`visit ${index}`, time, stay) > 0.45;
}

/** An address of its own for each peer; every fourth is one of IPv6, from what RFC 3849 sets aside. */
function addressOf(noise: Noise, index: number): string {
  const port = noise.unit("port", index) < 0.8 ? 8000 : 30333;
  if (index % 4 === 3) {
    return `[2001:db8:${noise.between("network", index, 1, 0xff).toString(16)}::${index}]:${port}`;
  }
  const network = networks[index % networks.length];
  // 83 and 254 share no divisor: no two peers meet.
  const host = 1 + (index * 83 + noise.between("host", 0, 0, 253)) % 254;
  return `${network}.${host}:${port}`;
}

function latencyOf(noise: Noise, index: number, time: number): number | null {
  if (!isThere(noise, index, time - measuringTakes)) return null;
  const usual = 8 + 180 * noise.unit("distance", index) ** 2;
  return Math.round(usual * (0.85 + 0.4 * noise.wander(`latency ${index}`, time, 45 * second)));
}

/** How many peers the simulated node sees. */
export function countPeers(noise: Noise, time: number): number {
  return indexes(noise, time).length;
}

/** The peers that the simulated node sees, 20 to 60, in an order that stays. */
export function peersAt(noise: Noise, time: number): NetworkPeer[] {
  return indexes(noise, time).map((index) => ({
    id: `peer_${hex(noise.bits("peer", index))}`,
    address: addressOf(noise, index),
    latency_ms: latencyOf(noise, index, time),
    is_validator: index < residents && index % 3 === 0,
  }));
}

function indexes(noise: Noise, time: number): number[] {
  const all = Array.from({ length: residents + visitors }, (_, index) => index);
  return all.filter((index) => isThere(noise, index, time));
}
