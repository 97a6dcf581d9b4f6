import { percentile } from "../../lib/telemetry/mod.ts";
import { post } from "./cluster_updates.ts";
import { pause } from "./context.ts";
import type { Figure } from "./figure.ts";
import { minerKey, sampleGame, signAuthentication } from "./miners.ts";
import type { BenchServer } from "./server.ts";

/** How often a server is killed, and how many clients it has then. */
const [kills, clients] = [5, 50] as const;
const goal = 300;
/** Milliseconds that a client may take. */
const patience = 20_000;

/** Where a client stands. */
interface Positions {
  readonly games: { readonly epoch: string; readonly offset: number };
  readonly confirmations: { readonly epoch: string; readonly offset: number };
}

/** A connection, and what its welcome said. */
interface Welcomed {
  readonly socket: WebSocket;
  readonly positions: Positions;
  /** Whether it got exactly what it had missed. */
  readonly recovered: boolean;
}

/**
 * How long the clients of a server that is killed take, each from the moment that it notices, until another one has welcomed them
 * with what they missed.
 *
 * @param start starts one more server
 */
export async function measureMoves(
  others: readonly BenchServer[],
  start: () => Promise<BenchServer>,
): Promise<Figure[]> {
  const [first] = others;
  if (first === undefined) return [];
  const times: number[] = [];
  for (let kill = 0; kill < kills; kill += 1) {
    const moves: Promise<void>[] = [];
    {
      // Killed at the end of the block.
      await using victim = await start();
      const there = await Promise.all(Array.from({ length: clients }, (_, uid) => come(victim.ws, uid)));
      moves.push(...there.map(async (from, uid) => {
        times.push(await move(from, uid, others[uid % others.length] ?? first));
      }));
    }
    // Something that all of them miss.
    await post(first.publishing, { ...sampleGame, game_id: "missed", team_a_odds: 3 + kill / 100 });
    await Promise.all(moves);
    await pause(0.5);
  }
  const p50 = percentile(times, 0.5);
  return [
    {
      name: "from a killed server to another, recovered, p50",
      value: p50,
      unit: "ms",
      goal: `under ${goal} ms`,
      reached: p50 < goal,
    },
    { name: "from a killed server to another, recovered, p99", value: percentile(times, 0.99), unit: "ms" },
  ];
}

/** Milliseconds from the end of a connection to a welcome at another server. */
async function move({ socket, positions }: Welcomed, uid: number, { ws }: BenchServer): Promise<number> {
  await new Promise((resolve) => socket.onclose = resolve);
  const lostAt = performance.now();
  const { socket: next, recovered } = await come(ws, uid, positions);
  const took = performance.now() - lostAt;
  next.close();
  if (!recovered) throw new Error("A client was not told what it had missed");
  return took;
}

/** Resolves with the welcome. */
function come(url: string, uid: number, recover?: Positions): Promise<Welcomed> {
  const socket = new WebSocket(url);
  const { promise, resolve, reject } = Promise.withResolvers<Welcomed>();
  const late = setTimeout(() => reject(new Error("A client was not welcomed")), patience);
  const named = recover && { games: { ...recover.games }, confirmations: { ...recover.confirmations } };
  socket.onopen = () => socket.send(signAuthentication(minerKey(uid), named));
  socket.onclose = ({ code, reason }) => reject(new Error(`A client was not let in: ${code} ${reason}`));
  socket.onmessage = ({ data }) => {
    const { type, data: { epoch, channels, recovered } } = JSON.parse(String(data));
    if (type !== "welcome") return;
    resolve({
      socket,
      positions: {
        games: { epoch, offset: channels.games },
        confirmations: { epoch, offset: channels.confirmations },
      },
      recovered: recovered?.games === true && recovered.confirmations === true,
    });
  };
  return promise.finally(() => clearTimeout(late));
}
