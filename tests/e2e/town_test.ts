import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { MemoryStdio } from "../helpers/memory_stdio.ts";
import { runWhy } from "../../lib/cli/why.ts";
import { FakeNode } from "../helpers/fake_node.ts";
import { adminToken } from "../helpers/gateway.ts";
import { Scrape } from "../helpers/metrics.ts";
import { Peer, signAuthentication } from "../helpers/peer.ts";
import { postgres, PostgresServer } from "../helpers/postgres.ts";
import { testWith } from "../helpers/programs.ts";
import type { ServerProcess } from "../helpers/process.ts";
import { sampleGame } from "../helpers/samples.ts";
import { dataOf } from "../helpers/scene.ts";
import { Town } from "../helpers/town.ts";
import { inTime, until, untilThere } from "../helpers/until.ts";

let database: PostgresServer | undefined;
Deno.test.afterAll(() => database?.[Symbol.asyncDispose]());

/** A test with three servers on one PostgreSQL database. */
function testTown(name: string, act: (town: Town) => Promise<void>, ...flags: string[]): void {
  testWith(postgres.missing, `three servers on one database: ${name}`, async () => {
    database ??= await PostgresServer.start();
    await using town = await Town.start(database, flags);
    await act(town);
  });
}

testTown(
  "whoever waits at one for accepted predictions is told what another one accepts, at once",
  async (town) => {
    for (let number = 1; number <= 6; number += 1) {
      const waiting = town.at(number).admin("GET", `/admin/predictions?after=${number - 1}&wait=60`);
      await town.predict(number + 1, `wrong ${number}`, { game_id: "none" });
      await town.predict(number + 1, `p${number}`);
      const { predictions } = await inTime(waiting, "the prediction") as {
        predictions: { prediction_id: string }[];
      };
      assertEquals(predictions.map(({ prediction_id }) => prediction_id), [`p${number}`]);
    }
  },
);

/** What `GET /admin/connections` says. */
interface Listed {
  readonly connections: readonly { id: string; server: string; hotkey: string | null }[];
  readonly ended?: readonly { id: string; server: string }[];
  readonly servers: readonly { id: string; left_out: number }[];
  readonly silent: readonly string[];
}

/** What `heliograph why` says of a subject. */
async function why(server: ServerProcess, subject: string) {
  const stdio = new MemoryStdio();
  const code = await runWhy([subject, `--url=${server.url}`], {
    stdio,
    env: { HELIOGRAPH_ADMIN_TOKEN: adminToken },
    fetch,
    columns: 80,
    colours: false,
    now: Date.now,
  });
  return { code, printed: stdio.printed, complained: stdio.complained };
}

/** What is listed once all have answered in time, but those that are silent. */
async function list(server: ServerProcess, query = "", silent: readonly string[] = []): Promise<Listed> {
  return await untilThere(async () => {
    const listed = await server.admin("GET", `/admin/connections${query}`) as unknown as Listed;
    return `${listed.silent}` === `${silent}` ? listed : undefined;
  }, `the answers of all but ${silent.join()}`);
}

testTown(
  "a prediction at old odds is refused everywhere from the moment that new ones are acknowledged",
  async (town) => {
    for (let round = 0; round < 30; round += 1) {
      const odds = 3 + (round + 1) / 100;
      await town.at(round).admin("POST", "/admin/games", {
        games: [sampleGame("g1", { team_a_odds: odds })],
      });
      const old = await town.predict(round + 1, `old ${round}`);
      assertMatch(String(dataOf(old.frame)["message"]), /odds/);
      const now = await town.predict(round + 2, `new ${round}`, { team_a_odds: odds, predicted_odds: odds });
      assertEquals(dataOf(now.frame)["status"], "success");
    }
  },
);

testTown(
  "each lists the connections of all, tells why any of them ended, and drops any of them",
  async (town) => {
    const names = await Promise.all(town.servers.map((server) => town.nameOf(server)));
    const { peer } = await town.connect(0);
    const stream = await Peer.open(`${town.at(1).ws}/stream`);
    await stream.next();
    const seen = await untilThere(async () => {
      const found = await list(town.at(2));
      return found.connections.length === 2 ? found : undefined;
    }, "both connections");
    assertEquals(new Set(seen.servers.map(({ id }) => id)), new Set(names));
    const miner = seen.connections.find(({ hotkey }) => hotkey === town.key.address);
    assertEquals(miner?.server, names[0]);
    assertEquals(seen.connections.find(({ hotkey }) => hotkey === null)?.server, names[1]);
    assertEquals((await list(town.at(2), `?server=${names[1]}`)).connections.map(({ server }) => server), [
      names[1],
    ]);
    const id = miner?.id ?? "";
    const { miners } = await town.at(2).admin("GET", "/admin/miners") as {
      miners: { connected: { id: string; server: string } | null }[];
    };
    assertEquals(miners.map(({ connected }) => [connected?.id, connected?.server]), [[id, names[0]]]);
    const told = await untilThere(
      // Who does not answer within a second may be the one that has it.
      () => town.at(1).admin("GET", `/admin/connections/${id}`).catch(() => undefined),
      "what is known of the connection",
    );
    assertEquals(told["server"], names[0]);
    assertEquals(await town.at(2).admin("DELETE", `/admin/connections/${id}`), { id, server: names[0] });
    assertEquals((await peer.ended).code, 1001);
    await assertRejects(() => town.at(2).admin("DELETE", "/admin/connections/c00000000"), Error, "404");
    const { code, printed, complained } = await why(town.at(1), id);
    assertEquals([code, complained], [0, ""]);
    assertMatch(printed, new RegExp(`server +${names[0]}`));
    const { ended } = await list(town.at(1), `?ended=5&hotkey=${town.key.address}`);
    assertEquals(ended?.map(({ server }) => server), [names[0]]);
    await stream.close();
  },
);

testTown("each tells what became of a miner's predictions at all of them", async (town) => {
  for (const place of [0, 1, 2]) {
    assertEquals((await town.predict(place, `p${place}`)).status, 200);
    assertEquals((await town.predict(place, `q${place}`, { game_id: "none" })).status, 422);
  }
  const { address } = town.key;
  for (const server of town.servers) {
    const { miners } = await server.admin("GET", "/admin/miners") as { miners: Record<string, unknown>[] };
    const [{ accepted, refused, last_error } = {}] = miners;
    assertEquals([accepted, refused], [3, 3]);
    assertMatch(String(last_error), /none/);
    const { games } = await server.admin("GET", "/admin/games") as {
      games: { stakes: Record<string, number> }[];
    };
    const staked = games.flatMap(({ stakes }) => Object.values(stakes));
    assertEquals(staked.map((stake) => stake.toFixed(2)), ["0.03"]);
    const day = await server.admin("GET", "/admin/miners/day") as {
      miners: Record<string, { accepted: number[]; refused: number[] }>;
    };
    const sum = (counts: readonly number[] = []) => counts.reduce((sum, count) => sum + count, 0);
    assertEquals([sum(day.miners[address]?.accepted), sum(day.miners[address]?.refused)], [3, 3]);
    const { latest } = await server.admin("GET", `/admin/miners/${address}`) as {
      latest: { prediction_id: string }[];
    };
    assertEquals(latest.map(({ prediction_id }) => prediction_id).toSorted(), [
      "p0",
      "p1",
      "p2",
      "q0",
      "q1",
      "q2",
    ]);
  }
});

testTown("one that does not answer is named, and what the others say is told all the same", async (town) => {
  const { peer } = await town.connect(0);
  const silent = await town.nameOf(town.at(1));
  town.at(1).signal("SIGSTOP");
  const seen = await list(town.at(2), "", [silent]);
  assertEquals(seen.connections.length, 1);
  const refusal = await assertRejects(() => town.at(2).admin("GET", "/admin/connections/c00000000"), Error);
  assertMatch(refusal.message, new RegExp(`no answer from server ${silent}`));
  for (const subject of [town.key.address, "c00000000"]) {
    assertMatch(
      (await why(town.at(2), subject)).complained,
      new RegExp(`no answer from .*${subject.startsWith("c") ? silent : "it"}`),
    );
  }
  town.at(1).signal("SIGCONT");
  await list(town.at(2));
  await peer.close();
});

testTown("each tells of all of them", async (town) => {
  const { peer } = await town.connect(0);
  const names = await Promise.all(town.servers.map((server) => town.nameOf(server)));
  const { instances } = await town.at(2).admin("GET", "/admin/instances") as {
    instances: Record<string, unknown>[];
  };
  assertEquals(new Set(instances.map(({ id }) => id)), new Set(names));
  for (const { version, started_at, draining, jobs, behind_seconds } of instances) {
    assertMatch(String(version), /^\d/);
    assertEquals([typeof started_at, draining, jobs], ["string", false, 0]);
    assertEquals(Number(behind_seconds) < 60, true);
  }
  assertEquals(instances.filter(({ self }) => self).map(({ id }) => id), [names[2]]);
  await peer.close();
});

testTown(
  "a miner that is blacklisted, or whose registration is removed, at one is disconnected by another",
  async (town) => {
    const path = `/admin/miners/${town.key.address}`;
    const first = await town.connect(1);
    await town.at(0).admin("PUT", path, { uid: 7, blacklisted: true });
    assertEquals(await first.peer.ended, { code: 1008, reason: "Not authorized" });
    await town.at(2).admin("PUT", path, { uid: 7 });
    const second = await untilThere(
      async () => await town.connect(1).catch(() => undefined),
      "the miner to be let in again",
    );
    await town.at(2).admin("DELETE", path);
    assertEquals(await second.peer.ended, { code: 1008, reason: "Not authorized" });
  },
);

testTown("an authentication that one took is refused by every other, and by a new one", async (town) => {
  const authentication = signAuthentication(town.key);
  const peer = await Peer.open(town.at(0).ws);
  peer.send(authentication);
  await peer.next(({ type }) => type === "welcome");
  const added = await town.add();
  for (const server of [town.at(1), town.at(2), added]) {
    const thief = await Peer.open(server.ws);
    thief.send(authentication);
    const error = await thief.next(({ type }) => type === "error");
    assertEquals(error["code"], "replayed");
    await thief.close();
  }
  const fresh = signAuthentication(town.key);
  const both = await Promise.all(
    town.servers.slice(0, 3).map(async (server) => {
      const racer = await Peer.open(server.ws);
      racer.send(fresh);
      const { type } = await racer.next(({ type }) => type === "welcome" || type === "error");
      return { racer, type };
    }),
  );
  assertEquals(both.map(({ type }) => type).toSorted(), ["error", "error", "welcome"]);
  for (const { racer } of [...both, { racer: peer }]) await racer.close();
});

const displaced = { code: 1008, reason: "Client already connected" };

testTown(
  "a miner that connects at one goes from the other, and of many at once the last is left",
  async (town) => {
    let { peer: before } = await town.connect(0);
    for (const place of [1, 2, 0, 1]) {
      const { peer } = await town.connect(place);
      assertEquals(await before.ended, displaced);
      before = peer;
    }
    assertEquals((await town.predict(2, "p1")).status, 200);
    await before.next(({ type }) => type === "confirmation");
    for (let round = 0; round < 5; round += 1) {
      const peers = await Promise.all([0, 1, 2, 0, 1, 2].map(async (place) => {
        const peer = await Peer.open(town.at(place).ws);
        const state = { peer, isOpen: true };
        void peer.ended.then(() => state.isOpen = false);
        peer.send(signAuthentication(town.key));
        return state;
      }));
      assertEquals(await before.ended, displaced);
      await until(() => peers.filter(({ isOpen }) => isOpen).length === 1, "one of them to be left");
      const [left] = peers.filter(({ isOpen }) => isOpen);
      const listed = await list(town.at(round), `?hotkey=${town.key.address}`);
      assertEquals(listed.connections.length, 1);
      before = left?.peer ?? before;
      assertEquals((await town.predict(round, `q${round}`)).status, 200);
      await before.next(({ type }) => type === "confirmation");
    }
    await before.close();
  },
);

testTown(
  "a miner stays where it is connected first, if so it is to be, until its connection or its server is gone",
  async (town) => {
    const refused = async (place: number) => {
      const peer = await Peer.open(town.at(place).ws);
      peer.send(signAuthentication(town.key));
      assertEquals(await peer.ended, displaced);
    };
    const first = await town.connect(0);
    await refused(1);
    await refused(2);
    await first.peer.close();
    const second = await untilThere(
      async () => await town.connect(1).catch(() => undefined),
      "the miner to be let in",
    );
    await refused(0);
    await town.at(1).end("SIGKILL");
    await second.peer.ended;
    const third = await town.connect(2);
    await refused(0);
    town.at(2).signal("SIGSTOP");
    const fourth = await town.connect(0);
    town.at(2).signal("SIGCONT");
    assertEquals(await third.peer.ended, displaced);
    assertEquals((await town.predict(0, "p1")).status, 200);
    await fourth.peer.next(({ type }) => type === "confirmation");
    await fourth.peer.close();
  },
  "--websocket.duplicate_policy=reject",
);

testWith(
  postgres.missing,
  "three servers on one database: one asks the node for all, and when it is killed another one does",
  async () => {
    database ??= await PostgresServer.start();
    await using node = FakeNode.start();
    await using town = await Town.start(database, [`--rpc_url=${node.url}`]);
    const listen = async (server: ServerProcess) => {
      const peer = await Peer.open(`${server.ws}/stream`);
      peer.send(JSON.stringify({ type: "subscribe", stream: "network_metrics" }));
      await peer.next(({ type }) => type === "network_metrics");
      return { server, peer };
    };
    const listeners = await Promise.all(town.servers.map(listen));
    const valuesOf = ({ peer }: { peer: Peer }) =>
      peer.frames.filter(({ type }) => type === "network_metrics").map(({ offset, data }) => ({
        offset,
        data,
      }));
    const pollsOf = async ({ server }: { server: ServerProcess }) => {
      const { samples } = await Scrape.of(server.url, { authorization: `Bearer ${adminToken}` });
      return samples.filter(({ name, labels: { stream } }) =>
        name === "heliograph_upstream_polls_total" && stream === "network_metrics"
      ).reduce((sum, { value }) => sum + value, 0);
    };
    let tps = 1000;
    /** Goes on until the newest value, which nobody has got before, has come to all. */
    const change = async (of: typeof listeners) => {
      const value = tps += 1;
      node.results["net.stats"] = { tps: value };
      const isIt = (each: typeof listeners[number]) =>
        JSON.stringify(valuesOf(each).at(-1)?.data).includes(`${value}`);
      await until(() => of.every(isIt), `the value ${value} everywhere`);
    };
    /** The one that asks, once it is one alone: where the processor is short, one may be too late to keep its turn. */
    const poller = (of: typeof listeners) =>
      untilThere(async () => {
        const before = await Promise.all(of.map(pollsOf));
        await change(of);
        const after = await Promise.all(of.map(pollsOf));
        const asking = of.filter((_, index) => (after[index] ?? 0) > (before[index] ?? 0));
        return asking.length === 1 ? asking[0] : undefined;
      }, "one server alone that asks the node");
    for (let changes = 0; changes < 3; changes += 1) await change(listeners);
    const killed = await poller(listeners);
    await killed.server.end("SIGKILL");
    const others = listeners.filter((each) => each !== killed);
    await poller(others);
    const values = others.map(valuesOf);
    const last = Math.min(...values.map((each) => Number(each.at(-1)?.offset)));
    const [one, other] = values.map((each) => each.filter(({ offset }) => Number(offset) <= last).slice(-4));
    assertEquals(one, other);
    for (const { peer } of listeners) await peer.close();
  },
);
