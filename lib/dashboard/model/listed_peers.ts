import type { NetworkPeer } from "../../protocol/streams.ts";

/** Milliseconds that a full bar stands for at least. */
const leastFullBar = 200;

/** A column of the peers' table. */
export type PeerColumn = "id" | "address" | "role" | "latency";

/** How the table is sorted. */
export interface PeerOrder {
  readonly column: PeerColumn;
  readonly descending: boolean;
}

/** What an operator looks for first. */
export const slowestFirst: PeerOrder = { column: "latency", descending: true };

const collator = new Intl.Collator("en", { numeric: true });

type Compare = (a: NetworkPeer, b: NetworkPeer) => number;

const byColumn: Readonly<Record<PeerColumn, Compare>> = {
  id: (a, b) => collator.compare(a.id, b.id),
  address: (a, b) => collator.compare(a.address ?? "", b.address ?? ""),
  role: (a, b) => Number(b.is_validator) - Number(a.is_validator),
  latency: (a, b) => (a.latency_ms ?? 0) - (b.latency_ms ?? 0),
};

/** The peers in order, each id once; those without a latency come last when it is what counts. */
export function sortPeers(peers: readonly NetworkPeer[], { column, descending }: PeerOrder): NetworkPeer[] {
  const unique = [...new Map(peers.map((peer) => [peer.id, peer])).values()];
  const direction = descending ? -1 : 1;
  const compare = byColumn[column];
  return unique.sort((a, b) =>
    unmeasuredLast(column, a, b) || direction * compare(a, b) || byColumn.id(a, b)
  );
}

function unmeasuredLast(column: PeerColumn, a: NetworkPeer, b: NetworkPeer): number {
  return column === "latency" ? Number(a.latency_ms === null) - Number(b.latency_ms === null) : 0;
}

/** The order after a click on a column's head: the other way round where it is sorted by that column already. */
export function nextOrder(order: PeerOrder, column: PeerColumn): PeerOrder {
  return { column, descending: order.column === column && !order.descending };
}

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
