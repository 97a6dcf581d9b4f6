import { assertEquals } from "@std/assert";
import {
  fullBarOf,
  nextOrder,
  type PeerColumn,
  type PeerOrder,
  searchPeers,
  sortPeers,
} from "../../lib/dashboard/model/listed_peers.ts";
import type { NetworkPeer } from "../../lib/protocol/streams.ts";

const peers = [
  { id: "peer_10", address: "192.0.2.9:1", latency_ms: 45, is_validator: false },
  { id: "peer_2", address: "192.0.2.10:1", latency_ms: null, is_validator: true },
  { id: "peer_1", address: "192.0.2.1:1", latency_ms: 80, is_validator: true },
  { id: "peer_3", address: "192.0.2.2:1", latency_ms: 9, is_validator: false },
];

const sorted = (column: PeerColumn, descending = false) =>
  sortPeers(peers, { column, descending }).map(({ id }) => id);

Deno.test("peers are sorted by each column, numbers in names by their value", () => {
  assertEquals(sorted("id"), ["peer_1", "peer_2", "peer_3", "peer_10"]);
  assertEquals(sorted("address"), ["peer_1", "peer_3", "peer_10", "peer_2"]);
  assertEquals(sorted("role"), ["peer_1", "peer_2", "peer_3", "peer_10"]);
  assertEquals(sorted("latency"), ["peer_3", "peer_10", "peer_1", "peer_2"]);
});

Deno.test("a peer without a latency comes last in both directions", () => {
  assertEquals(sorted("latency", true), ["peer_1", "peer_10", "peer_3", "peer_2"]);
});

Deno.test("a peer that is named twice is listed once, and what is given stays as it is", () => {
  const before = structuredClone(peers);
  const twice = sortPeers([...peers, ...peers], { column: "id", descending: true });
  assertEquals(twice.map(({ id }) => id), ["peer_10", "peer_3", "peer_2", "peer_1"]);
  assertEquals(peers, before);
});

Deno.test("a click sorts by another column upwards, by the same one the other way round", () => {
  const order: PeerOrder = { column: "id", descending: false };
  assertEquals(nextOrder(order, "latency"), { column: "latency", descending: false });
  assertEquals(nextOrder(order, "id"), { column: "id", descending: true });
  assertEquals(nextOrder(nextOrder(order, "id"), "id"), order);
});

const peer = (id: string, latency_ms: number | null, is_validator: boolean | null = false): NetworkPeer => ({
  id,
  address: id === "nowhere" ? null : `/ip4/10.0.0.1/tcp/${id.length}`,
  latency_ms,
  is_validator,
});

Deno.test("peers are found by a part of their id, address or role, in any case", () => {
  const peers = [peer("QmAbc", 1), peer("QmDef", 2, true), peer("nowhere", null, null)];
  const found = (text: string) => searchPeers(peers, text).map(({ id }) => id);
  assertEquals(found(" abc "), ["QmAbc"]);
  assertEquals(found("VALIDATOR"), ["QmDef"]);
  assertEquals(found("tcp/5"), ["QmAbc", "QmDef"]);
  assertEquals(found(""), ["QmAbc", "QmDef", "nowhere"]);
  assertEquals(found("zzz"), []);
});

Deno.test("one slow peer does not flatten the bars of all others", () => {
  const peers = Array.from({ length: 99 }, (_, index) => peer(`p${index}`, 300 + index));
  assertEquals(fullBarOf([...peers, peer("slow", 60_000)]), 394);
  assertEquals(fullBarOf([peer("a", 20), peer("b", null)]), 200);
  assertEquals(fullBarOf([]), 200);
});
