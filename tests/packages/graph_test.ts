import { assertEquals } from "@std/assert";
import { moduleGraph } from "../../scripts/pack/module_graph.ts";
import { packages } from "../../scripts/pack/packages.ts";
import { root } from "./project.ts";

/** What is installed with each package; more would be for the rest of the house. */
const expected: Record<string, readonly string[]> = {
  "@heliograph/client": [
    "@noble/hashes",
    "@polkadot-labs/schnorrkel-wasm",
    "@scure/base",
    "@scure/bip39",
    "react",
    "socket.io-client",
    "zod",
  ],
  "@heliograph/engine-io": ["engine.io-parser", "ipaddr.js", "socket.io"],
};

for (const { name, exports, workers } of packages) {
  Deno.test(`${name} depends on what it needs`, async () => {
    const { dependencies } = await moduleGraph(root, [...Object.values(exports), ...workers]);
    assertEquals(dependencies, expected[name]);
  });
}
