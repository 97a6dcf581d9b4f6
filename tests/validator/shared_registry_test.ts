import { assertEquals } from "@std/assert";
import { FakeClock } from "../helpers/fake_clock.ts";
import { startGateway } from "../helpers/gateway.ts";
import { Peer, testKey } from "../helpers/peer.ts";
import { temporaryFolder } from "../engine/folder.ts";
import { until } from "../helpers/until.ts";

const key = testKey(8);
const path = `/admin/miners/${key.address}`;

/** Two servers with one store, and a clock of which both have the time. */
async function startTwo() {
  const folder = await temporaryFolder();
  const clock = new FakeClock();
  const kv = `${folder.path}/heliograph.db`;
  const [one, other] = [await startGateway({ store: kv }, clock), await startGateway({ store: kv }, clock)];
  return {
    one,
    other,
    clock,
    registry: other.gateway.validator.registry,
    /** Moves the clock until the other server has read as often as `done` needs. */
    async until(done: () => boolean): Promise<void> {
      await until(done, "the task", () => clock.advance(1000));
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([one.stop(), other.stop()]);
      await folder[Symbol.asyncDispose]();
    },
  };
}

Deno.test("a miner that is registered at one server may connect to another one with the same store", async () => {
  await using servers = await startTwo();
  await servers.one.admin("PUT", path, { uid: 8 });
  await servers.until(() => servers.registry.find(key.address) !== undefined);
  const { peer } = await Peer.authenticated(servers.other.ws, key, undefined, servers.clock);
  await peer.close();
});

Deno.test("a miner that is blacklisted at one server is disconnected by the others", async () => {
  await using servers = await startTwo();
  await servers.one.admin("PUT", path, { uid: 8 });
  await servers.until(() => servers.registry.find(key.address) !== undefined);
  const { peer } = await Peer.authenticated(servers.other.ws, key, undefined, servers.clock);
  await servers.one.admin("PUT", path, { uid: 8, blacklisted: true });
  await servers.until(() => servers.registry.find(key.address)?.blacklisted === true);
  assertEquals(await peer.ended, { code: 1008, reason: "Not authorized" });
});

Deno.test("what is registered here counts at once, and stays while the store is read again", async () => {
  await using servers = await startTwo();
  const changes = Array.from(
    { length: 20 },
    (_, uid) => servers.other.admin("PUT", `/admin/miners/${testKey(100 + uid).address}`, { uid: 100 + uid }),
  );
  const moving = servers.until(() => servers.registry.list().length === 20);
  await Promise.all(changes);
  assertEquals(servers.registry.list().length, 20);
  await moving;
  await servers.one.admin("PUT", path, { uid: 8 });
  await servers.until(() => servers.registry.find(key.address) !== undefined);
  assertEquals(servers.registry.list().length, 21);
});
