import { assertEquals } from "@std/assert";
import {
  nextOrder,
  type PeerColumn,
  type PeerOrder,
  sortPeers,
} from "../../lib/dashboard/model/sort_peers.ts";

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
