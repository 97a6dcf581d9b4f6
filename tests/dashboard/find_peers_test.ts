import { assertEquals } from "@std/assert";
import { fullBarOf, searchPeers } from "../../lib/dashboard/model/find_peers.ts";
import type { NetworkPeer } from "../../lib/protocol/streams.ts";

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
