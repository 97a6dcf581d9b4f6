import { assertEquals } from "@std/assert";
import { Followers, openEngine, Questions, type Transaction } from "../../lib/engine/mod.ts";
import { Presence } from "../../lib/validator/presence.ts";
import { temporaryFolder } from "../engine/folder.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { startGateway } from "../helpers/gateway.ts";
import { Peer, signAuthentication, testKey } from "../helpers/peer.ts";
import { until } from "../helpers/until.ts";

const key = testKey(8);
const displaced = { code: 1008, reason: "Client already connected" };

/** Two servers in this process on one store in a file, with a miner. */
async function startTwo(policy: "replace" | "reject") {
  const folder = await temporaryFolder();
  const options = { store: `${folder.path}/heliograph.db`, "websocket.duplicate_policy": policy };
  const [one, other] = [await startGateway(options), await startGateway(options)];
  await one.admin("PUT", `/admin/miners/${key.address}`, { uid: 8 });
  await until(() => other.gateway.validator.registry.find(key.address) !== undefined, "the miner");
  return {
    one,
    other,
    async [Symbol.asyncDispose]() {
      await Promise.all([one.stop(), other.stop()]);
      await folder[Symbol.asyncDispose]();
    },
  };
}

Deno.test("on a file as well a miner that connects to another server goes from the first", async () => {
  await using servers = await startTwo("replace");
  const first = await Peer.authenticated(servers.one.ws, key);
  const second = await Peer.authenticated(servers.other.ws, key);
  assertEquals(await first.peer.ended, displaced);
  const third = await Peer.authenticated(servers.one.ws, key);
  assertEquals(await second.peer.ended, displaced);
  const fourth = await Peer.authenticated(servers.one.ws, key);
  assertEquals(await third.peer.ended, displaced);
  await fourth.peer.close();
});

Deno.test("on a file as well a miner stays at the server where it is, until it has gone", async () => {
  await using servers = await startTwo("reject");
  const first = await Peer.authenticated(servers.one.ws, key);
  const refused = await Peer.open(servers.other.ws);
  refused.send(signAuthentication(key));
  assertEquals(await refused.ended, displaced);
  await first.peer.close();
  await until(() => servers.one.gateway.hub.size === 0, "the end of the connection");
  const second = await Peer.authenticated(servers.other.ws, key);
  await second.peer.close();
});

Deno.test("where moves were not told, all miners of a server are looked up, and those that went are known", async () => {
  const clock = new FakeClock();
  using store = await openEngine(":memory:", { clock });
  const followers = new Followers({ log: store.log, clock });
  const presenceOf = (server: string, moved: string[] = []) => {
    const questions = new Questions({ store, followers, clock, self: () => server });
    const onMove = (hotkey: string) => void moved.push(hotkey);
    return new Presence({ store, followers, questions, isHere: () => true, onMove });
  };
  const moved: string[] = [];
  const [here, there] = [presenceOf("here", moved), presenceOf("there")];
  const commit = (also: (transaction: Transaction) => Promise<void>) => store.transact(also);
  const take = (presence: Presence, hotkey: string) =>
    presence.take(hotkey, { isProven: true, replaces: () => true, commit });
  const hotkeys = Array.from({ length: 250 }, (_, number) => `hotkey ${number}`);
  for (const hotkey of hotkeys) {
    here.follow(hotkey);
    assertEquals(await take(here, hotkey), undefined);
  }
  const gone = hotkeys.filter((_, number) => number % 90 === 0);
  for (const hotkey of gone) await take(there, hotkey);
  // As whoever follows the log says first.
  followers.start();
  await until(() => moved.length >= gone.length, "those that have moved");
  assertEquals(moved.toSorted(), gone.toSorted());
  assertEquals(await Promise.all(gone.map((hotkey) => here.isElsewhere(hotkey))), gone.map(() => true));
  followers.close();
});
