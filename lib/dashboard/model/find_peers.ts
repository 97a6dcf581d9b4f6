import type { NetworkPeer } from "../../protocol/streams.ts";

/** Milliseconds that a full bar stands for at least. */
const leastFullBar = 200;

/** Peers whose id, address or role has the text in it. */
export function searchPeers(peers: readonly NetworkPeer[], text: string): readonly NetworkPeer[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return peers;
  return peers.filter(({ id, address, is_validator }) =>
    [id, address ?? "", is_validator ? "validator" : "peer"].some((value) =>
      value.toLowerCase().includes(wanted)
    )
  );
}

/** Milliseconds that a full bar stands for: most peers are below, and the few beyond do not flatten their bars. */
export function fullBarOf(peers: readonly NetworkPeer[]): number {
  const latencies = peers.map(({ latency_ms }) => latency_ms).filter((latency) => latency !== null)
    .sort((a, b) => a - b);
  const most = latencies[Math.ceil(0.95 * latencies.length) - 1] ?? 0;
  return Math.max(leastFullBar, most);
}
