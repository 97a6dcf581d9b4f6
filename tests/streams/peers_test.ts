import { assertEquals, assertThrows } from "@std/assert";
import { NodeError } from "../../lib/streams/mod.ts";
import { peersSource, readPeers } from "../../lib/streams/peers.ts";
import { RpcNode } from "../../lib/streams/rpc_node.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { FakeNode } from "../helpers/fake_node.ts";

Deno.test("peers come from one call", async () => {
  await using fake = FakeNode.start();
  const source = peersSource(new RpcNode({ url: fake.url, clock: new FakeClock() }));
  const value = {
    peers: [
      { id: "peer_1", address: "192.0.2.1:8000", latency_ms: 45, is_validator: true },
      { id: "peer_2", address: "192.0.2.2:8000", latency_ms: 80, is_validator: false },
      { id: "peer_3", address: "[2001:db8::3]:8000", latency_ms: null, is_validator: false },
    ],
    total: 3,
  };
  assertEquals(source.current(), undefined);
  assertEquals(await source.poll(), [value]);
  assertEquals(source.current(), value);
  assertEquals([fake.requests.length, fake.calls()], [1, 1]);
});

Deno.test("a peer needs an id or an address; the rest may be missing", () => {
  const peers = [{ id: "a" }, { address: "192.0.2.1:1" }, { id: "", address: "b", latency_ms: -1, more: 1 }];
  assertEquals(readPeers({ peers }), {
    peers: [
      { id: "a", address: "", latency_ms: null, is_validator: false },
      { id: "192.0.2.1:1", address: "192.0.2.1:1", latency_ms: null, is_validator: false },
      { id: "b", address: "b", latency_ms: null, is_validator: false },
    ],
    total: 3,
  });
});

Deno.test("long texts are cut, and so are lists of more than 10,000, which are counted whole", () => {
  const peers = Array.from({ length: 10_001 }, () => ({ id: "x".repeat(300) }));
  const { peers: read, total } = readPeers({ peers });
  assertEquals([read.length, total, read[0]?.id.length], [10_000, 10_001, 200]);
});

const amiss = [
  [undefined, "expected object, received undefined"],
  [{ peers: 3 }, "peers: expected array, received number"],
  [{ peers: [7] }, "peers.0: expected object, received number"],
  [{ peers: [{}] }, "peers.0: expected an id or an address"],
  [{ peers: [{ id: 7 }] }, "peers.0.id: expected string, received number"],
  [{ peers: [{ id: "a", latency_ms: "1" }] }, "peers.0.latency_ms: expected number, received string"],
  [{ peers: [{ id: "a", is_validator: "no" }] }, "peers.0.is_validator: expected boolean, received string"],
] as const;

for (const [result, detail] of amiss) {
  Deno.test(`${JSON.stringify(result)} is nonsense as a result of net.peers`, () => {
    const error = assertThrows(() => readPeers(result), NodeError);
    assertEquals(error.message, `the node answered nonsense to net.peers: ${detail}`);
  });
}
