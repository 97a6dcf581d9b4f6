import { mean, percentile } from "../../lib/telemetry/mod.ts";
import { type BenchContext, type BenchResult, pause } from "./context.ts";
import type { Figure } from "./figure.ts";
import { connectMiner, sampleGame } from "./miners.ts";
import { hasPostgres, PostgresServer } from "./postgres_server.ts";
import { PredictionLoad } from "./prediction_load.ts";
import { measureReach } from "./reach.ts";
import { BenchServer, type ServerOptions } from "./server.ts";

const [servers, miners, listener] = [3, 21, 21] as const;
/** Predictions a second that are prepared, beyond what a core can verify, and games a second that are published. */
const [prepared, gamesPerSecond] = [2500, 20] as const;
const goal = 0.95;

/** Three servers on PostgreSQL, beside one server on a file, on the same cores. */
export async function cluster({ seconds, tell, signal }: BenchContext): Promise<BenchResult> {
  if (!hasPostgres) return { figures: [], notes: ["cluster: left out, PostgreSQL is not installed"] };
  tell("cluster: one server on a file");
  const before = await measureAlone(seconds / 2);
  tell("cluster: starting PostgreSQL and three servers");
  await using database = await PostgresServer.start({ fsync: "on" });
  const folder = await Deno.makeTempDir({ prefix: "heliograph-bench-" });
  try {
    await using stack = new AsyncDisposableStack();
    const options = { miners: miners + 1, store: database.location(), key: `${folder}/validator.key` };
    const started = [stack.use(await BenchServer.start(options))];
    while (started.length < servers) started.push(stack.use(await BenchServer.start(options)));
    tell("cluster: predictions to three servers");
    const together = await flood(started, seconds);
    tell("cluster: games from one server to the clients of another");
    const latencies = await notify(started, seconds, signal);
    const [one, other] = started;
    tell("cluster: what an operator does at one server, at the clients of another");
    const reach = one === undefined || other === undefined ? [] : await measureReach(one, other, signal);
    return report({ reach, alone: mean([before, await measureAlone(seconds / 2)]), together, latencies });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function measureAlone(seconds: number): Promise<number> {
  const options: ServerOptions = { miners: miners + 1 };
  await using server = await BenchServer.start(options);
  return await flood([server], seconds);
}

/** Predictions that servers confirm together in a second, as many as they can. */
async function flood(started: readonly BenchServer[], seconds: number): Promise<number> {
  const [first] = started;
  if (first !== undefined) await publish(first);
  await pause(0.5);
  using stack = new DisposableStack();
  const share = miners / started.length;
  const loads: PredictionLoad[] = [];
  for (const [index, server] of started.entries()) {
    loads.push(stack.use(await PredictionLoad.connect(server.ws, share, index * share)));
  }
  const count = Math.ceil(prepared * seconds / loads.length);
  const warm = loads.map((load) => load.prepare(Math.ceil(count / 8)));
  await Promise.all(loads.map((load, index) => load.flood(warm[index] ?? [])));
  const all = loads.map((load) => load.prepare(count));
  const start = performance.now();
  await Promise.all(loads.map((load, index) => load.flood(all[index] ?? [])));
  return loads.length * count / ((performance.now() - start) / 1000);
}

/** Milliseconds from the posting of games at one server to a client of another. */
async function notify(
  [first, other]: readonly BenchServer[],
  seconds: number,
  signal: AbortSignal,
): Promise<number[]> {
  if (first === undefined || other === undefined) return [];
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
    const team_a = `team ${index}`;
    posted.set(team_a, performance.now());
    await publish(first, { ...sampleGame, team_a });
    await pause(1 / gamesPerSecond, signal);
  }
  await pause(1, signal);
  socket.close();
  if (latencies.length !== posted.size) {
    throw new Error(`Of ${posted.size} updates ${latencies.length} arrived at another server's client`);
  }
  return latencies;
}

async function publish(
  { publishing: { url, headers } }: BenchServer,
  game: object = sampleGame,
): Promise<void> {
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ games: [game] }) });
  if (!response.ok) throw new Error(`Cannot publish a game: ${response.status} ${await response.text()}`);
  await response.body?.cancel();
}

function report(
  { alone, together, latencies, reach }: {
    alone: number;
    together: number;
    latencies: readonly number[];
    reach: readonly Figure[];
  },
): BenchResult {
  const ratio = together / alone;
  return {
    figures: [
      {
        name: "predictions confirmed by three servers",
        value: together,
        unit: "/s",
        baseline: alone,
        against: "one server, its store a file",
        ratio,
        goal: `at least ${goal} on two cores`,
        reached: ratio >= goal,
      },
      { name: "a game from another server, p50", value: percentile(latencies, 0.5), unit: "ms" },
      {
        name: "a game from another server, p99",
        value: percentile(latencies, 0.99),
        unit: "ms",
        goal: "under 50 ms",
        reached: percentile(latencies, 0.99) < 50,
      },
      ...reach,
    ],
    notes: [
      `cluster: three servers, PostgreSQL (fsync on) and ${miners} miners share this machine's cores, as the one server ` +
      `and its miners do; games are posted ${gamesPerSecond} times a second`,
    ],
  };
}
