import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { FakeNode } from "../helpers/fake_node.ts";
import { JobPeer, noise, socketRequest } from "../helpers/job_scene.ts";
import { type Frame, Peer } from "../helpers/peer.ts";
import { postgres, PostgresServer } from "../helpers/postgres.ts";
import { testWith } from "../helpers/programs.ts";
import { sampleGame } from "../helpers/samples.ts";
import { dataOf } from "../helpers/scene.ts";
import { countOf, Town } from "../helpers/town.ts";
import { inTime, until } from "../helpers/until.ts";

/** What happens next, and at which server. */
type Step = readonly [
  what: "publish" | "predict" | "grow" | "miner moves" | "listener moves" | "follower moves" | "wait",
  server: number,
];

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom<Step[0][]>(
    "publish",
    "publish",
    "predict",
    "predict",
    "grow",
    "miner moves",
    "miner moves",
    "listener moves",
    "follower moves",
    "wait",
  ),
  fc.nat(2),
);

/** Somebody who goes from server to server, and keeps what he was told. */
interface Traveller {
  move(server: number): Promise<void>;
  /** Resolves when he has been told of all that there is, of which each is to have come once. */
  arrive(): Promise<void>;
}

const offsetsOf = (frames: readonly Frame[], type: string) =>
  frames.filter((frame) => frame.type === type).map((frame) => Number(dataOf(frame)["offset"]));

const after = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => first + 1 + index);

/** A miner, who is to get so many updates of games, and confirmations. */
async function startMiner(town: Town, expected: () => { games: number; confirmations: number }) {
  let { peer, welcome } = await town.connect(0);
  const { epoch, channels } = dataOf(welcome) as {
    epoch: string;
    channels: { games: number; confirmations: number };
  };
  const begin = { ...channels };
  const told = { games: [] as number[], confirmations: [] as number[] };
  const collect = () => {
    const { frames } = peer;
    told.games.push(...offsetsOf(frames, "game_update"));
    told.confirmations.push(...offsetsOf(frames, "confirmation"));
    frames.length = 0;
  };
  const miner: Traveller = {
    async move(server) {
      await peer.close();
      collect();
      const at = (what: keyof typeof told) => ({ epoch, offset: told[what].at(-1) ?? begin[what] });
      ({ peer, welcome } = await town.connect(server, {
        games: at("games"),
        confirmations: at("confirmations"),
      }));
      assertEquals(dataOf(welcome)["recovered"], { games: true, confirmations: true });
    },
    async arrive() {
      const { games, confirmations } = expected();
      await until(() => {
        collect();
        return told.games.length >= games && told.confirmations.length >= confirmations;
      }, "all that the miner is to be told");
      await peer.close();
      collect();
      assertEquals(told, {
        games: after(begin.games, games),
        confirmations: after(begin.confirmations, confirmations),
      });
    },
  };
  return miner;
}

/** Somebody who listens to the receipts. */
async function startListener(town: Town, newest: () => number): Promise<Traveller> {
  const frames: Frame[] = [];
  const subscribe = async (server: number, recover?: { epoch: string; offset: number }) => {
    const peer = await Peer.open(`${town.at(server).ws}/stream`);
    peer.send(JSON.stringify({ type: "subscribe", stream: "receipts", recover }));
    return { peer, subscribed: await peer.next(({ type }) => type === "subscribed") };
  };
  const first = newest();
  let { peer, subscribed } = await subscribe(0);
  const epoch = String(subscribed["epoch"]);
  await peer.next(({ type }) => type === "receipts");
  const idsOf = (of: readonly Frame[]) =>
    of.flatMap((frame) => (dataOf(frame)["receipts"] as { id: string }[]).map(({ id }) => id).reverse());
  const collect = () => {
    frames.push(...peer.frames.filter(({ type }) => type === "receipts"));
    peer.frames.length = 0;
  };
  return {
    async move(server) {
      await peer.close();
      collect();
      const offset = Number(frames.at(-1)?.["offset"]);
      ({ peer, subscribed } = await subscribe(server, { epoch, offset }));
      assertEquals(subscribed["recovered"], true);
    },
    async arrive() {
      await until(() => {
        collect();
        return idsOf(frames).includes(`receipt_${newest()}`);
      }, "the newest receipt");
      await peer.close();
      collect();
      const offsets = frames.map(({ offset }) => Number(offset));
      assertEquals(offsets, after((offsets[0] ?? 0) - 1, offsets.length));
      // What came first is the newest state: some of those that there were.
      const ids = idsOf(frames).map((id) => Number(id.split("_")[1]));
      assertEquals(ids.filter((id) => id > first), after(first, newest() - first));
    },
  };
}

/** Somebody who follows a job that goes on meanwhile. */
async function startFollower(town: Town, apiKey: string): Promise<Traveller> {
  const connect = async (server: number) => {
    const peer = new JobPeer(town.at(server).url, { apiKey }, { transports: ["websocket"] });
    await inTime(peer.connected(), "a Socket.IO connection");
    return peer;
  };
  let peer = await connect(0);
  const { jobId, epoch, offset } = await peer.ask("start-inscription", socketRequest(noise(400_000)));
  const begin = Number(offset);
  const told: number[] = [];
  let isOver = false;
  const collect = () => {
    const events = peer.told.splice(0).filter(({ data }) => data["jobId"] === jobId);
    told.push(...events.map(({ data }) => Number(data["offset"])));
    isOver ||= events.some(({ event }) => event === "inscription-complete");
  };
  return {
    async move(server) {
      peer.socket.close();
      collect();
      if (isOver) return;
      peer = await connect(server);
      const position = { jobId, epoch, offset: told.at(-1) ?? begin };
      const { recovered } = await peer.ask("follow-inscription", position);
      assertEquals(recovered, true);
    },
    async arrive() {
      await until(() => {
        collect();
        return isOver;
      }, "the end of the job");
      peer.socket.close();
      assertEquals(told, after(begin, told.length));
    },
  };
}

testWith(
  postgres.missing,
  "clients that go from server to server at any moment recover exactly what they missed of games, confirmations, streams and jobs",
  async () => {
    await using database = await PostgresServer.start();
    await using node = FakeNode.start();
    let newest = 0;
    const grow = (count: number) => {
      newest += count;
      node.audit(newest);
    };
    grow(5);
    await using town = await Town.start(database, [
      `--rpc_url=${node.url}`,
      "--inscriptions.payment_delay=1",
    ]);
    const { key } = await town.at(0).admin("POST", "/admin/api-keys", { name: "press" });
    for (const server of town.servers) {
      await until(
        async () => await countOf(server, "/admin/api-keys", "api_keys") === 1,
        "the key everywhere",
      );
    }
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 40 }), async (steps) => {
        runs += 1;
        const expected = { games: 0, confirmations: 0 };
        const [miner, listener, follower] = await Promise.all([
          startMiner(town, () => expected),
          startListener(town, () => newest),
          startFollower(town, String(key)),
        ]);
        const underWay: Promise<unknown>[] = [];
        const acts = {
          publish(server: number) {
            expected.games += 1;
            const games = [sampleGame(`game ${runs} ${expected.games}`)];
            underWay.push(town.at(server).admin("POST", "/admin/games", { games }));
          },
          predict(server: number) {
            expected.confirmations += 1;
            underWay.push(town.predict(server, `p ${runs} ${expected.confirmations}`));
          },
          grow: (server: number) => grow(1 + server),
          "miner moves": (server: number) => miner.move(server),
          "listener moves": (server: number) => listener.move(server),
          "follower moves": (server: number) => follower.move(server),
          wait: () => underWay.at(-1),
        };
        for (const [what, server] of steps) await acts[what](server);
        grow(1);
        await Promise.all(underWay);
        await Promise.all([miner.arrive(), listener.arrive(), follower.arrive()]);
      }),
      { numRuns: 6, endOnFailure: true },
    );
  },
);
