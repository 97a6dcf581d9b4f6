import { median, percentile } from "../../lib/telemetry/mod.ts";
import { Helper } from "./child.ts";
import { pause } from "./context.ts";
import type { Figure } from "./figure.ts";
import type { Delivered, Target } from "./fleet.ts";
import { connectMiner, sampleGame } from "./miners.ts";
import { PredictionLoad } from "./prediction_load.ts";
import { cpuSeconds } from "./process_stats.ts";
import { BenchServer } from "./server.ts";

/** Clients of each of the two servers whose deliveries are compared. */
export const clients = 400;
/** How often they are compared, and the updates that their clients get each time. */
const [rounds, updates] = [6, 60] as const;
const deliveryGoal = 1.1;

/** What a delivery costs a server of a cluster, of an update that another one was given, beside a server alone. */
export async function measureDeliveries([one, other]: readonly BenchServer[]): Promise<Figure[]> {
  if (one === undefined || other === undefined) return [];
  await using stack = new AsyncDisposableStack();
  const alone = stack.use(await BenchServer.start({ miners: clients }));
  const sides = {
    cluster: { server: other, at: one.publishing, fleet: stack.use(Helper.start("fleet")) },
    alone: { server: alone, at: alone.publishing, fleet: stack.use(Helper.start("fleet")) },
  };
  for (const { server, fleet } of Object.values(sides)) {
    await fleet.ask("join", { url: server.ws, first: 0, count: clients, authenticate: true });
  }
  // All games come to each of them first.
  await pause(1);
  let version = 0;
  const cost = async ({ server, at, fleet }: typeof sides.cluster) => {
    const bodies = Array.from(
      { length: updates },
      () => JSON.stringify({ games: [{ ...sampleGame, team_a_odds: 2 + (version += 1) / 1e6 }] }),
    );
    const before = cpuSeconds(server.pid);
    const { deliveries } = await fleet.ask<Delivered>("broadcast", { server: at, bodies });
    if (deliveries !== updates * clients) throw new Error(`${deliveries} of ${updates * clients} deliveries`);
    return 1e6 * (cpuSeconds(server.pid) - before) / deliveries;
  };
  for (const side of Object.values(sides)) await cost(side);
  const costs: { cluster: number; alone: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    costs.push({ alone: await cost(sides.alone), cluster: await cost(sides.cluster) });
  }
  const ratio = median(costs.map(({ cluster, alone }) => cluster / alone));
  return [{
    name: "CPU of a delivery of what another server was given",
    value: median(costs.map(({ cluster }) => cluster)),
    unit: "us",
    baseline: median(costs.map(({ alone }) => alone)),
    against: `one server, its store a file, with ${clients} clients as well`,
    ratio,
    goal: `at most ${deliveryGoal}`,
    reached: ratio <= deliveryGoal,
  }];
}

const [publishers, publicationsGoal] = [16, 2000] as const;

/** Updates a second that servers take in together, as many as they can. */
export async function measurePublications(
  servers: readonly BenchServer[],
  seconds: number,
): Promise<Figure[]> {
  let taken = 0;
  const end = performance.now() + 1000 * seconds;
  await Promise.all(
    servers.flatMap(({ publishing }, server) =>
      Array.from({ length: publishers }, async (_, publisher) => {
        for (let version = 1; performance.now() < end; version += 1, taken += 1) {
          const game_id = `${server}-${publisher}`;
          await post(publishing, { ...sampleGame, game_id, team_a_odds: 2 + version / 1e6 });
        }
      })
    ),
  );
  const value = taken / seconds;
  return [{
    name: "publications taken in by three servers",
    value,
    unit: "/s",
    goal: `at least ${publicationsGoal}`,
    reached: value >= publicationsGoal,
  }];
}

const [gamesPerSecond, latencyGoal] = [20, 50] as const;

/** How a cluster is loaded while games are posted. */
interface Load {
  /** Miners, of which each server has as many, and which of them listens. */
  readonly miners: number;
  readonly listener: number;
  /** Predictions a second over all servers. */
  readonly rate: number;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/** How soon a client of another server has a game, while predictions come at each. */
export async function measureNews(servers: readonly BenchServer[], load: Load): Promise<Figure[]> {
  const { miners, listener, rate, seconds, signal } = load;
  const [one, other] = servers;
  if (one === undefined || other === undefined) return [];
  using stack = new DisposableStack();
  const [share, each] = [miners / servers.length, rate / servers.length];
  const loads: PredictionLoad[] = [];
  for (const [index, { ws }] of servers.entries()) {
    loads.push(stack.use(await PredictionLoad.connect(ws, share, index * share)));
  }
  const ready = loads.map((load) => load.prepare(Math.ceil(each * (seconds + 1))));
  const pacing = Promise.all(loads.map((load, index) => load.pace(ready[index] ?? [], each)));
  const [latencies] = await Promise.all([notify(one, other, { listener, seconds, signal }), pacing]);
  const p99 = percentile(latencies, 0.99);
  return [
    { name: "a game from another server, p50", value: percentile(latencies, 0.5), unit: "ms" },
    {
      name: "a game from another server, p99",
      value: p99,
      unit: "ms",
      goal: `under ${latencyGoal} ms`,
      reached: p99 < latencyGoal,
    },
  ];
}

/** Milliseconds from the posting of games at one server to a client of another. */
async function notify(
  one: BenchServer,
  other: BenchServer,
  { listener, seconds, signal }: Pick<Load, "listener" | "seconds" | "signal">,
): Promise<number[]> {
  const latencies: number[] = [];
  const posted = new Map<string, number>();
  const socket = await connectMiner(other.ws, listener);
  socket.onmessage = ({ data }) => {
    const { type, data: { games } } = JSON.parse(String(data));
    if (type !== "game_update") return;
    const at = posted.get(games[0].team_a);
    if (at !== undefined) latencies.push(performance.now() - at);
  };
  for (let index = 0; index < gamesPerSecond * seconds; index += 1) {
    const [game_id, team_a] = ["news", `team ${index}`];
    posted.set(team_a, performance.now());
    await post(one.publishing, { ...sampleGame, game_id, team_a });
    await pause(1 / gamesPerSecond, signal);
  }
  await pause(1, signal);
  socket.close();
  if (latencies.length === posted.size) return latencies;
  throw new Error(`Of ${posted.size} updates ${latencies.length} arrived at another server's client`);
}

/** Publishes a game. */
export async function post({ url, headers }: Target, game: object = sampleGame): Promise<void> {
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ games: [game] }) });
  if (!response.ok) throw new Error(`Cannot publish a game: ${response.status} ${await response.text()}`);
  await response.body?.cancel();
}
