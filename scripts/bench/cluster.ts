import { mean } from "../../lib/telemetry/mod.ts";
import { measureMoves } from "./cluster_moves.ts";
import { clients, measureDeliveries, measureNews, measurePublications, post } from "./cluster_updates.ts";
import { type BenchContext, type BenchResult, pause } from "./context.ts";
import type { Figure } from "./figure.ts";
import { hasPostgres, PostgresServer } from "./postgres_server.ts";
import { PredictionLoad } from "./prediction_load.ts";
import { measureReach } from "./reach.ts";
import { BenchServer, type ServerOptions } from "./server.ts";

const [servers, miners, listener] = [3, 21, 21] as const;
/** Predictions a second that are prepared, beyond what a core can verify. */
const prepared = 2500;
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
    const options = { miners: clients, store: database.location(), key: `${folder}/validator.key` };
    const started = [stack.use(await BenchServer.start(options))];
    while (started.length < servers) started.push(stack.use(await BenchServer.start(options)));
    tell("cluster: predictions to three servers");
    const together = await flood(started, seconds);
    tell("cluster: games from one server to the clients of another, at a quarter of that load");
    const news = await measureNews(started, { miners, listener, rate: together / 4, seconds, signal });
    tell("cluster: games to three servers");
    const publications = await measurePublications(started, seconds / 2);
    tell("cluster: deliveries to the clients of one of the three, and of one alone");
    const deliveries = await measureDeliveries(started);
    const [one, other] = started;
    tell("cluster: servers are killed, and their clients go on at others");
    const moves = await measureMoves(started, () => BenchServer.start(options));
    tell("cluster: what an operator does at one server, at the clients of another");
    const reach = one === undefined || other === undefined ? [] : await measureReach(one, other, signal);
    const more = [...news, ...publications, ...deliveries, ...moves, ...reach];
    return report({ more, alone: mean([before, await measureAlone(seconds / 2)]), together });
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
  if (first !== undefined) await post(first.publishing);
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

function report(
  { alone, together, more }: { alone: number; together: number; more: readonly Figure[] },
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
      ...more,
    ],
    notes: [
      `cluster: three servers, PostgreSQL (fsync on) and ${miners} miners share this machine's cores, as the one server ` +
      `and its miners do; games are posted 20 times a second while a quarter of those predictions come; deliveries go ` +
      `to ${clients} clients of one server`,
    ],
  };
}
