import { assertEquals } from "@std/assert";
import { FakeNode } from "../helpers/fake_node.ts";
import { JobPeer, noise, socketRequest, type Told } from "../helpers/job_scene.ts";
import { type Frame, Peer, signMessage, testKey } from "../helpers/peer.ts";
import { ServerProcess, TemporaryFolder } from "../helpers/process.ts";
import { sampleGame, samplePrediction } from "../helpers/samples.ts";
import { dataOf } from "../helpers/scene.ts";
import { inTime, until } from "../helpers/until.ts";

const key = testKey(7);
const flags = ["--websocket.rate_limit=100000", "--http.rate_limit=100000"];

/** Two processes on one store, with a miner and a game that both of them know. */
async function startTwo(...more: string[]) {
  const folder = await TemporaryFolder.make();
  const start = () => ServerProcess.start({ cwd: folder.path }, [...flags, ...more]);
  const servers = [await start(), await start()] as const;
  const [one, other] = servers;
  await one.admin("PUT", `/admin/miners/${key.address}`, { uid: 7 });
  await one.admin("POST", "/admin/games", { games: [sampleGame()] });
  const listed = async (path: string, what: string) =>
    ((await other.admin("GET", path))[what] as readonly unknown[]).length;
  await until(async () => await listed("/admin/miners", "miners") === 1, "the miner at the other server");
  await until(async () => await games(other) === 1, "the game at the other server");
  return {
    servers,
    one,
    other,
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function games(server: ServerProcess): Promise<number> {
  const { games } = await (await fetch(`${server.url}/api/v1/games`)).json();
  return games.length;
}

async function publish(server: ServerProcess, id: string): Promise<void> {
  await server.admin("POST", "/admin/games", { games: [sampleGame(id)] });
}

async function submit(server: ServerProcess, id: string): Promise<Frame> {
  const body = signMessage(key, "prediction", samplePrediction(id, { wager: 0.01 }));
  const response = await fetch(`${server.url}/api/v1/predictions`, { method: "POST", body });
  assertEquals(response.status, 200);
  return await response.json();
}

function offsetsOf(frames: readonly Frame[], type: string): number[] {
  return frames.filter((frame) => frame.type === type).map((frame) => Number(dataOf(frame)["offset"]));
}

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

Deno.test("what one server publishes reaches the clients of another, signed, each once and in order", async () => {
  await using town = await startTwo();
  const { one, other, servers } = town;
  const { peer, welcome } = await Peer.authenticated(other.ws, key);
  const { epoch } = dataOf(welcome);
  const answers: Frame[] = [];
  for (const number of upTo(20)) {
    const server = servers[number % 2] ?? one;
    await publish(server, `game ${number}`);
    answers.push(await submit(server, `p${number}`));
  }
  await peer.next(({ type, data }) => type === "game_update" && dataOf({ type, data })["offset"] === 21);
  await until(() => offsetsOf(peer.frames, "confirmation").length === 20, "all confirmations");
  assertEquals(offsetsOf(peer.frames, "game_update"), upTo(20).map((number) => number + 1));
  assertEquals(offsetsOf(peer.frames, "confirmation"), upTo(20));
  for (const [index, frame] of peer.frames.filter(({ type }) => type === "confirmation").entries()) {
    const { timestamp: _, ...told } = dataOf(frame);
    const { timestamp: __, ...answered } = dataOf(answers[index]);
    assertEquals([told, told["epoch"]], [answered, epoch]);
  }
  const updates = peer.frames.filter(({ type }) => type === "game_update");
  assertEquals(updates.map((frame) => (dataOf(frame)["games"] as unknown[]).length), upTo(20).map(() => 1));
  assertEquals(new Set(peer.frames.map(({ sender }) => sender)).size, 1);
  await peer.close();
});

Deno.test("a miner that is blacklisted at one server is disconnected by another at once", async () => {
  await using town = await startTwo();
  const { peer } = await Peer.authenticated(town.other.ws, key);
  await town.one.admin("PUT", `/admin/miners/${key.address}`, { uid: 7, blacklisted: true });
  assertEquals(await peer.ended, { code: 1008, reason: "Not authorized" });
});

Deno.test("a client that moves between servers misses nothing, and gets nothing twice", async () => {
  await using town = await startTwo();
  const { one, other, servers } = town;
  const seen = { game_update: [1], confirmation: [] as number[] };
  let epoch: string | undefined;
  let published = 0;
  const moves = 12;
  for (const move of upTo(moves)) {
    const at = (type: keyof typeof seen) => ({ epoch: epoch ?? "", offset: seen[type].at(-1) ?? 0 });
    const recover = epoch === undefined
      ? undefined
      : { games: at("game_update"), confirmations: at("confirmation") };
    const server = servers[move % 2] ?? one;
    const { peer, welcome } = await Peer.authenticated(server.ws, key, recover);
    epoch = String(dataOf(welcome)["epoch"]);
    if (recover !== undefined) {
      assertEquals(dataOf(welcome)["recovered"], { games: true, confirmations: true });
    }
    // Here or there, while it comes and goes.
    const underWay: Promise<unknown>[] = [];
    for (const target of [one, other, server]) {
      published += 1;
      underWay.push(publish(target, `game ${published}`), submit(target, `p${published}`));
    }
    if (move < moves) await underWay[move % underWay.length];
    else {
      await Promise.all(underWay);
      for (const type of ["game_update", "confirmation"] as const) {
        const isLast = (offset: number) => offset >= published + (type === "game_update" ? 1 : 0);
        await until(
          () => [...seen[type], ...offsetsOf(peer.frames, type)].some(isLast),
          `the last ${type}`,
        );
      }
    }
    await peer.close();
    for (const type of ["game_update", "confirmation"] as const) {
      seen[type].push(...offsetsOf(peer.frames, type));
    }
    await Promise.all(underWay);
  }
  assertEquals(seen, { game_update: upTo(published + 1), confirmation: upTo(published) });
});

/** Subscribes to the receipts, and answers what the subscription began with. */
async function listen(server: ServerProcess, recover?: { epoch: string; offset: number }) {
  const peer = await Peer.open(`${server.ws}/stream`);
  peer.send(JSON.stringify({ type: "subscribe", stream: "receipts", recover }));
  return { peer, subscribed: await peer.next(({ type }) => type === "subscribed") };
}

Deno.test("a stream is one on all servers: each value once, under one number, wherever a client goes", async () => {
  await using node = FakeNode.start();
  let newest = 0;
  const grow = (count: number) => {
    newest += count;
    node.audit(newest);
  };
  grow(5);
  await using town = await startTwo(`--rpc_url=${node.url}`);
  const listeners = [await listen(town.one), await listen(town.other)];
  const epoch = String(listeners[0]?.subscribed["epoch"]);
  const receiptsOf = ({ peer }: { peer: Peer }, from = 1) =>
    peer.frames.filter(({ type, offset }) => type === "receipts" && Number(offset) >= from);
  const idsOf = (frames: readonly Frame[]) =>
    frames.flatMap((frame) => (dataOf(frame)["receipts"] as { id: string }[]).map(({ id }) => id).reverse());
  const all = () => Array.from({ length: newest }, (_, index) => `receipt_${index + 1}`);
  const moving: Frame[] = [];
  const newestEverywhere = () =>
    until(
      () => listeners.every((listener) => idsOf(receiptsOf(listener)).includes(`receipt_${newest}`)),
      "the newest receipt on both servers",
    );
  // The first poll begins with the newest ten.
  await newestEverywhere();
  for (let round = 0; round < 3; round += 1) {
    grow(7);
    await newestEverywhere();
    const position = { epoch, offset: Number(moving.at(-1)?.["offset"] ?? 0) };
    const { peer, subscribed } = await listen(town.servers[round % 2] ?? town.one, position);
    assertEquals(subscribed["recovered"], true);
    await peer.next((frame) => idsOf([frame]).includes(`receipt_${newest}`));
    moving.push(...receiptsOf({ peer }));
    await peer.close();
  }
  const [one = [], other = []] = listeners.map((listener) => receiptsOf(listener));
  const last = other.findIndex(({ offset }) => offset === one.at(-1)?.["offset"]);
  assertEquals(other.slice(0, last + 1).slice(-3), one.slice(-3));
  assertEquals(idsOf(moving), all());
  for (const { peer } of listeners) await peer.close();
});

Deno.test("a job is followed live at a server that does not work on it, and by a client that goes from one to the other", async () => {
  await using town = await startTwo("--inscriptions.payment=wait");
  const { one, other } = town;
  const { key: apiKey } = await one.admin("POST", "/admin/api-keys", { name: "press" });
  const auth = { apiKey: String(apiKey) };
  const connect = async (server: ServerProcess) => {
    const peer = new JobPeer(server.url, auth, { transports: ["websocket"] });
    await inTime(peer.connected(), "a Socket.IO connection");
    return peer;
  };
  const offsets = (told: readonly Told[]) => told.map(({ data }) => Number(data["offset"]));
  using starter = await connect(one);
  const started = await starter.ask("start-inscription", socketRequest(noise(300_000)));
  const { jobId, epoch, tx_id } = started;
  const at = Number(started["offset"]);
  await until(
    async () => ((await other.admin("GET", "/admin/api-keys"))["api_keys"] as unknown[]).length === 1,
    "the key at the other server",
  );
  using follower = await connect(other);
  const { recovered } = await follower.ask("follow-inscription", { jobId, epoch, offset: at });
  assertEquals(recovered, true);
  using moving = await connect(other);
  await moving.ask("follow-inscription", { jobId, epoch, offset: at });
  await starter.ask("inscription-executed", { jobId, transactionId: tx_id });
  const first = await moving.until(({ data }) => Number(data["offset"]) > at);
  moving.socket.close();
  // As if nothing more had come: of a job that has ended by then the ending is told once more.
  using back = await connect(one);
  const again = await back.ask("follow-inscription", { jobId, epoch, offset: first.data["offset"] });
  assertEquals(again["recovered"], true);
  const whole = await follower.toEnd(jobId);
  assertEquals(whole, await starter.toEnd(jobId));
  assertEquals([first, ...await back.toEnd(jobId)], whole);
  assertEquals(offsets(whole), whole.map((_, index) => at + 1 + index));
  assertEquals(whole.at(-1)?.event, "inscription-complete");
});
