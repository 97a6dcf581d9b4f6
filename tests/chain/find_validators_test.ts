import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { findValidators } from "../../lib/chain/mod.ts";
import { systemClock } from "../../lib/protocol/mod.ts";
import { encodeChain, FakeChain, type FakeNeuron, missingPython } from "../helpers/fake_chain.ts";
import { testKey } from "../helpers/peer.ts";
import { testWith } from "../helpers/programs.ts";

const netuid = 30;
const ipv4 = (...bytes: number[]) => String(bytes.reduce((sum, byte) => sum * 256 + byte, 0));
const find = (...nodes: string[]) =>
  findValidators({ nodes, netuid, clock: systemClock, signal: new AbortController().signal });

const neurons: readonly FakeNeuron[] = [
  { key: 10, permit: true, stake: 5, axon: { ip: ipv4(203, 0, 113, 9), port: 10401 } },
  { key: 11, permit: true, stake: 7, axon: { ip: String(0x20010db8n << 96n | 1n), port: 8091, ip_type: 6 } },
  {
    key: 12,
    permit: true,
    stake: 9,
    commitment: "wss://gateway.example.org/ws",
    axon: { ip: ipv4(203, 0, 113, 7), port: 1 },
  },
  { key: 13, stake: 99, axon: { ip: ipv4(203, 0, 113, 8), port: 10401 } },
  { key: 14, permit: true, stake: 1 },
  { key: 15, permit: true, stake: 2, axon: { ip: "0", port: 0 }, commitment: "no address" },
];

testWith(
  missingPython,
  "validators are found by their commitment, else by their axon, the largest stake first",
  async () => {
    await using chain = new FakeChain(await encodeChain(netuid, neurons));
    assertEquals(await find(chain.url), [
      { hotkey: testKey(12).address, uid: 2, url: "wss://gateway.example.org/ws" },
      { hotkey: testKey(11).address, uid: 1, url: "ws://[2001:0db8:0000:0000:0000:0000:0000:0001]:8091/ws" },
      { hotkey: testKey(10).address, uid: 0, url: "ws://203.0.113.9:10401/ws" },
    ]);
  },
);

testWith(missingPython, "what one validator wrote and nobody can read concerns no other", async () => {
  const state = await encodeChain(netuid, neurons);
  const spoiled = Object.fromEntries(
    Object.entries(state.storage).map(([key, value]) => {
      const isCommitment = key.startsWith("0xca407206ec1ab726b2636c4b145ac287");
      return [key, isCommitment ? `${value.slice(0, 26)}04ff` : value];
    }),
  );
  await using chain = new FakeChain({ ...state, storage: spoiled });
  const urls = (await find(chain.url)).map(({ url }) => url);
  assertEquals(urls[0], "ws://203.0.113.7:1/ws");
  assertEquals(urls.length, 3);
});

testWith(
  missingPython,
  "the next node is asked where one does not answer, and all are named when none does",
  async () => {
    await using chain = new FakeChain(await encodeChain(netuid, neurons));
    await using broken = new FakeChain(await encodeChain(netuid, neurons));
    broken.misbehave = () => ({ error: "no state" });
    assertEquals((await find(broken.url, chain.url)).length, 3);
    const { message } = await assertRejects(() => find(broken.url, broken.url), Error);
    assertStringIncludes(message, "Cannot read the validators of subnet 30");
    assertEquals(message.match(/no state/g)?.length, 2);
  },
);
