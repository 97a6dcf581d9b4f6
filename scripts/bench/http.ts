import type { BenchContext, BenchResult } from "./context.ts";
import { CountingProxy } from "./counting_proxy.ts";
import type { Figure } from "./figure.ts";
import { sampleGame } from "./miners.ts";
import { cpuSeconds, hasProcessStats } from "./process_stats.ts";
import { BenchServer } from "./server.ts";
import { median, percentile } from "../../lib/telemetry/mod.ts";
import { AskingClients, PushedClients, type UpdateClients } from "./update_clients.ts";
import { HttpWay, sendAtOnce, sendInTurn, signPredictions, type Way, WebSocketWay } from "./ways.ts";

const miners = 50;
const underWay = 50;
const rounds = 8;
const counted = 100;
const pollInterval = 1000;

/** The same figures for both ways. */
interface Pair {
  readonly websocket: number;
  readonly http: number;
}

/** What the same work costs over WebSocket, and over HTTP as the baseline. */
export async function http({ seconds, tell }: BenchContext): Promise<BenchResult> {
  tell("http: starting a server");
  await using server = await BenchServer.start({ miners });
  const publish = publisher(server);
  await publish();
  const load = await measureLoad(server, seconds, tell);
  tell(`http: bytes of ${counted} predictions`);
  const bytes = await measureBytes(server);
  const updates = await measureUpdates(server, publish, seconds, tell);
  return { figures: [...load, ...bytes, ...updates], notes };
}

const notes = [
  `http: ${miners} miners on this machine, messages signed beforehand, by turns in ${rounds} rounds; HTTP on connections ` +
  `that are kept open; at once means ${underWay} under way; bytes are both directions together, with the headers of ` +
  "HTTP and the frames of WebSocket, without those of TCP and IP; an asking client is a long poll that is held 60 s, " +
  "or asks once a second",
];

/** Publishes a game that has changed, and answers the offset of the update. */
function publisher({ publishing: { url, headers } }: BenchServer): () => Promise<number> {
  let version = 0;
  return async () => {
    const game = { ...sampleGame, last_update_date: `2026-11-20T08:00:00.${version += 1}+00:00` };
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ games: [game] }) });
    if (!response.ok) throw new Error(`Cannot publish a game: ${response.status} ${await response.text()}`);
    return (await response.json()).offset;
  };
}

/** Latency of single predictions, and throughput and CPU of many. */
async function measureLoad(
  server: BenchServer,
  seconds: number,
  tell: BenchContext["tell"],
): Promise<Figure[]> {
  using websocket = await WebSocketWay.connect(server.url, miners);
  const ways = { http: new HttpWay(server.url), websocket };
  const latencies = { http: [] as number[], websocket: [] as number[] };
  const rates = { http: [] as number[], websocket: [] as number[] };
  const costs = { http: [] as number[], websocket: [] as number[] };
  const single = Math.max(10, Math.round(12 * seconds));
  const many = Math.max(underWay, Math.round(50 * seconds));
  for (let round = 1; round <= rounds; round += 1) {
    tell(`http: round ${round} of ${rounds}`);
    for (const name of ["http", "websocket"] as const) {
      latencies[name].push(...await sendInTurn(ways[name], signPredictions(single, miners)));
      const predictions = signPredictions(many, miners);
      const before = cpuOf(server);
      rates[name].push(many / await sendAtOnce(ways[name], predictions, underWay));
      costs[name].push(1e6 * (cpuOf(server) - before) / many);
    }
  }
  const of = (values: typeof rates, choose: (values: readonly number[]) => number): Pair => ({
    websocket: choose(values.websocket),
    http: choose(values.http),
  });
  const cost = hasProcessStats ? [figure("server CPU per prediction", of(costs, median), "µs")] : [];
  return [
    figure("one prediction, p50", of(latencies, median), "ms"),
    figure("one prediction, p99", of(latencies, (values) => percentile(values, 0.99)), "ms"),
    figure("predictions at once", of(rates, median), "/s"),
    ...cost,
  ];
}

function cpuOf({ pid }: BenchServer): number {
  return hasProcessStats ? cpuSeconds(pid) : NaN;
}

/** Bytes on the wire. */
async function measureBytes(server: BenchServer): Promise<Figure[]> {
  await using proxy = new CountingProxy(server.url);
  const url = `http://127.0.0.1:${proxy.port}`;
  const each = async (act: () => Promise<unknown>) => {
    const before = proxy.bytes;
    await act();
    return (proxy.bytes - before) / counted;
  };
  const send = (way: Way) => () => sendInTurn(way, signPredictions(counted, 1));
  using websocket = await WebSocketWay.connect(url, 1);
  const predictions = { http: await each(send(new HttpWay(url))), websocket: await each(send(websocket)) };
  const { offset, epoch } = await (await fetch(`${url}/api/v1/games`)).json();
  const polls = await each(() => repeat(() => poll(`${url}/api/v1/games?epoch=${epoch}&since=${offset}`)));
  const heartbeats = await each(() => repeat(() => websocket.heartbeat(0)));
  return [
    figure("bytes per prediction", predictions, "B"),
    figure("bytes of an idle minute", { websocket: heartbeats, http: 60_000 / pollInterval * polls }, "B", {
      against: "asking for updates once a second; WebSocket has one heartbeat and its answer",
    }),
  ];
}

async function repeat(act: () => Promise<unknown>): Promise<void> {
  for (let done = 0; done < counted; done += 1) await act();
}

async function poll(url: string): Promise<void> {
  await (await fetch(url)).arrayBuffer();
}

/** Until an update has reached clients that are pushed to, and such as ask. */
async function measureUpdates(
  server: BenchServer,
  publish: () => Promise<number>,
  seconds: number,
  tell: BenchContext["tell"],
): Promise<Figure[]> {
  const updates = Math.max(3, Math.round(seconds * 1.5));
  const time = async (name: string, clients: UpdateClients) => {
    await using listening = clients;
    const times: number[] = [];
    for (let update = 1; update <= updates; update += 1) {
      tell(`http: update ${update} of ${updates}, ${name}`);
      times.push(...await listening.timeUpdate(publish));
    }
    return times;
  };
  const pushed = await time("pushed", await PushedClients.connect(server.url, miners));
  const held = await time("long poll", asking(server, { wait: 60, interval: 0 }));
  const polled = await time("poll", asking(server, { wait: 0, interval: pollInterval }));
  const row = (share: number, times: readonly number[], against: string) =>
    figure(
      `update seen, p${100 * share}, ${against}`,
      { websocket: percentile(pushed, share), http: percentile(times, share) },
      "ms",
      { against: `HTTP, ${against}` },
    );
  return [
    row(0.5, held, "long poll"),
    row(0.99, held, "long poll"),
    row(0.5, polled, "asked each second"),
    row(0.99, polled, "asked each second"),
  ];
}

function asking(server: BenchServer, options: { wait: number; interval: number }): AskingClients {
  return new AskingClients(server.url, { count: miners, ...options });
}

function figure(
  name: string,
  { websocket, http }: Pair,
  unit: string,
  { against = "the same over HTTP" }: { against?: string } = {},
): Figure {
  return { name, value: websocket, unit, baseline: http, against, ratio: websocket / http };
}
