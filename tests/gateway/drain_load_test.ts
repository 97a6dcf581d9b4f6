import { assert, assertEquals } from "@std/assert";
import type { Keypair } from "../../lib/crypto/mod.ts";
import { settle } from "../helpers/fake_clock.ts";
import { type Frame, Peer, testKey } from "../helpers/peer.ts";
import { samplePrediction } from "../helpers/samples.ts";
import { dataOf, Scene } from "../helpers/scene.ts";
import { farewells } from "../helpers/told.ts";
import { until } from "../helpers/until.ts";

const clients = 1000;
const lanes = 50;
const wide = {
  "websocket.max_connections_per_address": 2 * clients,
  "websocket.connection_timeout": 3600,
  "http.rate_limit": 1e6,
};

interface Miner {
  readonly key: Keypair;
  readonly peer: Peer;
}

/** Does something for each, some at a time. */
async function inLanes<T>(
  items: readonly T[],
  act: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const left = items.map((item, index) => ({ item, index }));
  const lane = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await act(next.item, next.index);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

async function connectAll(scene: Scene): Promise<Miner[]> {
  const { registry } = scene.server.gateway.validator;
  const keys = Array.from({ length: clients }, (_, index) => testKey(1000 + index));
  const miners: Miner[] = [];
  await inLanes(keys, async (key, index) => {
    await registry.put({ hotkey: key.address, uid: 1000 + index, blacklisted: false });
    miners.push({ key, peer: await scene.connect(key) });
  });
  return miners;
}

/** Sends predictions one after the other, as long as there is a connection. */
async function submitOn(scene: Scene, { key, peer }: Miner, index: number): Promise<void> {
  const { uid = 0 } = scene.server.gateway.validator.registry.find(key.address) ?? {};
  for (let count = 0; peer.socket.readyState === WebSocket.OPEN; count += 1) {
    const prediction = samplePrediction(`m${index}-${count}`, { miner_uid: uid, wager: 1 });
    peer.send(scene.sign("prediction", prediction, { key }));
    await peer.next(({ type, code }) => type === "confirmation" || code === "server_closing").catch(() => {});
    await settle();
  }
}

async function storedIds(scene: Scene): Promise<string[]> {
  const { validator } = scene.server.gateway;
  const ids: string[] = [];
  for (let after = 0;; after += 500) {
    const options = { limit: 500, wait: 0, signal: AbortSignal.timeout(60_000) };
    const records = await validator.predictionsAfter(after, options);
    ids.push(...records.map(({ predictionId }) => predictionId));
    if (records.length < 500) return ids;
  }
}

function confirmedIds(frames: readonly Frame[]): string[] {
  const confirmations = frames.filter(({ type }) => type === "confirmation").map(dataOf);
  assertEquals(confirmations.filter(({ status }) => status !== "success"), []);
  return confirmations.map(({ prediction_id }) => String(prediction_id));
}

Deno.test("a drain under load confirms all that it took, loses nothing, and tells each of a thousand clients once", async () => {
  await using scene = await Scene.start(wide);
  const miners = await connectAll(scene);
  const load = miners.map((miner, index) => submitOn(scene, miner, index));
  const { validator, activity } = scene.server.gateway;
  const isBusy = () => activity.results.websocket.accepted >= 50 && validator.underWay >= 10;
  await until(isBusy, "predictions under way");
  await scene.server.gateway.drain();
  const ends = await Promise.all(miners.map(({ peer }) => peer.ended));
  await Promise.all(load);

  // Where a client's next message crosses with the close, its own end may not get to see the close frame.
  assert(ends.filter(({ code }) => code === 1001).length > 0.9 * clients);
  const endings = scene.server.gateway.hub.records.latest(2 * clients, () => true);
  assertEquals(endings.map(({ ending }) => ending?.cause).filter((cause) => cause !== "server_closing"), []);
  assertEquals(new Set(endings.map(({ peer }) => peer)).size, clients);
  const told = miners.map(({ peer }) => farewells(peer.frames));
  assertEquals(told.filter(({ length }) => length !== 1).length, 0, "told once each");
  const times = told.flat().map((frame) => Number(frame["retry_after_ms"]));
  assertEquals(new Set(times).size, clients, "each its own");
  const inOrder = times.toSorted((a, b) => a - b);
  assert((inOrder[0] ?? 0) >= 1000 && (inOrder.at(-1) ?? 0) <= 61_000);
  // Spread evenly: each tenth of the time brings a tenth of the clients.
  const [first = 0, middle = 0, last = 0] = [inOrder[0], inOrder[clients / 2], inOrder.at(-1)];
  assert(Math.abs(middle - (first + last) / 2) < 0.1 * (last - first), `${first} ${middle} ${last}`);

  const confirmed = miners.flatMap(({ peer }) => confirmedIds(peer.frames));
  assertEquals(new Set(confirmed).size, confirmed.length, "confirmed once each");
  assertEquals(confirmed.toSorted(), (await storedIds(scene)).toSorted());
});
