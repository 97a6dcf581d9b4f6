import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Config } from "../../lib/gateway/mod.ts";
import { encodeChain, FakeChain, missingPython } from "../helpers/fake_chain.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { startGateway } from "../helpers/gateway.ts";
import { LogLines } from "../helpers/log_lines.ts";
import { Scrape } from "../helpers/metrics.ts";
import { testKey } from "../helpers/peer.ts";
import { Scene } from "../helpers/scene.ts";
import { testWith } from "../helpers/programs.ts";
import { temporaryFolder } from "../engine/folder.ts";
import { until } from "../helpers/until.ts";

const netuid = 30;
const address = (key: number) => testKey(key).address;
const [rich, poor, validator] = [
  { key: 60, stake: 500 },
  { key: 61, stake: 1 },
  { key: 62, stake: 9000, permit: true },
];
const encode = (...neurons: { key: number; stake: number; permit?: boolean }[]) =>
  encodeChain(netuid, neurons);

/** A gateway whose miners come from the chain. */
async function start(chain: FakeChain, overrides: Partial<Config> = {}) {
  const clock = new FakeClock();
  const scene = await Scene.start({ metagraph: `${chain.url}?netuid=${netuid}`, ...overrides }, clock);
  return {
    scene,
    registry: scene.server.gateway.validator.registry,
    /** Moves the clock, no faster than what is under way on a real connection, until something is done. */
    async until(done: () => boolean): Promise<void> {
      const end = AbortSignal.timeout(60_000);
      while (!done()) {
        end.throwIfAborted();
        await clock.advance(100);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    clock,
    [Symbol.asyncDispose]: () => scene.stop(),
  };
}

testWith(missingPython, "the miners of a subnet may connect, and who leaves it is disconnected", async () => {
  await using chain = new FakeChain(await encode(rich, poor));
  await using server = await start(chain);
  const { scene, registry, until } = server;
  assertEquals(registry.find(address(60)), { hotkey: address(60), uid: 0, blacklisted: false });
  const peer = await scene.connect(testKey(61));
  chain.finalise(await encode(rich, { key: 63, stake: 0 }));
  await until(() => registry.find(address(63)) !== undefined);
  assertEquals((await peer.ended).code, 1008);
  assertEquals(peer.frames.at(-1)?.["message"], "Not authorized: hotkey is not registered");
  const newcomer = await scene.connect(testKey(63));
  await newcomer.close();
});

for (
  const [what, overrides, miners] of [
    ["every key of the subnet is a miner unless something else is asked for", {}, [60, 61, 62]],
    ["keys with less stake than asked for are no miners", { "metagraph.min_stake": 500 }, [60, 62]],
    ["keys without a permit are no miners where it is required", { "metagraph.permit": "required" }, [62]],
    ["keys with a permit are no miners where none is wanted", { "metagraph.permit": "none" }, [60, 61]],
  ] as const satisfies readonly (readonly [string, Partial<Config>, readonly number[]])[]
) {
  testWith(missingPython, what, async () => {
    await using chain = new FakeChain(await encode(rich, poor, validator));
    await using server = await start(chain, overrides);
    const found = [60, 61, 62].filter((key) => server.registry.find(address(key)) !== undefined);
    assertEquals(found, [...miners]);
  });
}

testWith(
  missingPython,
  "a stake that is not understood keeps the list where stakes decide, and is said",
  async () => {
    await using chain = new FakeChain(await encode(rich, poor));
    await using server = await start(chain, { "metagraph.min_stake": 500 });
    using lines = new LogLines("ERROR");
    const { selective, ...rest } = await encode(poor);
    chain.finalise({ ...rest, selective: `${selective}00` });
    await server.until(() => lines.text !== "");
    assertStringIncludes(lines.text, "get_selective_metagraph: 1 bytes are left over");
    assertStringIncludes(lines.text, "the list read before stays in force");
    assertEquals(server.registry.find(address(60))?.uid, 0);
    const { body } = await server.scene.call("GET", "/ws/health");
    const told = body["metagraph"] as Record<string, unknown>;
    assertEquals({ netuid: told["netuid"], miners: told["miners"], block: told["block"] }, {
      netuid,
      miners: 1,
      block: 1000,
    });
    assertStringIncludes(String(told["problem"]), "1 bytes are left over");
  },
);

testWith(
  missingPython,
  "the last known list serves while no node answers, over a restart too, and its age is told",
  async () => {
    await using folder = await temporaryFolder();
    const kv = `${folder.path}/heliograph.db`;
    const chain = new FakeChain(await encode(rich, poor));
    const metagraph = `${chain.url}?netuid=${netuid}`;
    {
      await using server = await start(chain, { store: kv });
      await chain[Symbol.asyncDispose]();
      await server.clock.advance(30_000);
      const peer = await server.scene.connect(testKey(60));
      await peer.close();
      const scrape = await Scrape.of(server.scene.server.url);
      assertEquals(Math.floor(scrape.value("heliograph_metagraph_age_seconds")), 30);
    }
    const clock = new FakeClock();
    clock.setWall(600_000);
    let started = false;
    const starting = startGateway({ store: kv, metagraph }, clock).finally(() => started = true);
    await until(() => started, "the start", () => clock.advance(100));
    const server = await starting;
    const { registry } = server.gateway.validator;
    assertEquals(registry.list().map(({ hotkey }) => hotkey), [address(60), address(61), address(7)]);
    const health = await (await fetch(`${server.url}/ws/health`)).json();
    assertEquals(health.metagraph.age >= 600, true);
    assertEquals(health.metagraph.block, 1000);
    let stopped = false;
    const stopping = server.stop().finally(() => stopped = true);
    await until(() => stopped, "the stop", () => clock.advance(20));
    await stopping;
  },
);

testWith(missingPython, "a start without a node and without a stored list fails and says why", async () => {
  const chain = new FakeChain(await encode(rich));
  const metagraph = `${chain.url}?netuid=31`;
  const clock = new FakeClock();
  const starting = assertRejects(() => startGateway({ metagraph }, clock), Error);
  let failed = false;
  starting.finally(() => failed = true);
  const end = AbortSignal.timeout(60_000);
  while (!failed) {
    end.throwIfAborted();
    await clock.advance(100);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const { message } = await starting;
  assertStringIncludes(message, "Cannot read the metagraph of subnet 31, and none is stored");
  assertStringIncludes(message, "has no neurons, or does not exist");
  await chain[Symbol.asyncDispose]();
});
