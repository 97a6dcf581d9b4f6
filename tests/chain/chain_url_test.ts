import { assertEquals, assertThrows } from "@std/assert";
import { isChainUrl, nodeName, parseChainUrl } from "../../lib/chain/mod.ts";
import { ConfigError, loadConfig } from "../../lib/config/mod.ts";

Deno.test("a chain's URL names nodes and a subnet", () => {
  assertEquals(parseChainUrl("ws://127.0.0.1:9944?netuid=30"), {
    nodes: ["ws://127.0.0.1:9944/"],
    netuid: 30,
  });
  assertEquals(parseChainUrl("wss://a.example/key?x=1, ws://b:9944/?netuid=0"), {
    nodes: ["wss://a.example/key?x=1", "ws://b:9944/"],
    netuid: 0,
  });
});

Deno.test("a chain's URL that cannot be used says why", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["ws://a:9944", "the subnet is missing"],
    ["ws://a:9944?netuid=1,ws://b?netuid=2", "several subnets"],
    ["ws://a:9944?netuid=65536", "expected a whole number"],
    ["ws://a:9944?netuid=1,http://b", "no ws:// or wss:// URL"],
    ["ws://?netuid=1", "no ws:// or wss:// URL"],
  ];
  for (const [text, reason] of cases) assertThrows(() => parseChainUrl(text), SyntaxError, reason);
});

Deno.test("a file is no chain, and a node's name holds nothing secret", () => {
  assertEquals([isChainUrl("metagraph.json"), isChainUrl("WSS://node")], [false, true]);
  assertEquals(nodeName("wss://user:word@node.example:443/key?token=1"), "node.example");
});

Deno.test("a start with a chain's URL that cannot be used is refused", () => {
  const load = () => loadConfig({ flags: ["--metagraph=ws://a:9944"], env: {}, readFile: () => "" });
  assertThrows(load, ConfigError, "metagraph");
});
