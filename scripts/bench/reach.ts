import { percentile } from "../../lib/telemetry/mod.ts";
import { pause } from "./context.ts";
import type { Figure } from "./figure.ts";
import { connectMiner, minerKey, sampleGame, samplePrediction, signMessage } from "./miners.ts";
import type { BenchServer } from "./server.ts";

/** How often each kind of change is tried, the first of its strangers, and milliseconds between two of them. */
const [tries, firstStranger, rest] = [150, 10_000, 10] as const;
const goal = 100;
/** Seconds that a change may take before it is given up. */
const patience = 10;

/** A change at one server, which resolves when a client of another one meets its effect. */
type Change = (number: number) => Promise<unknown>;

/**
 * How long it takes, from the moment that an operator asks for something at one server, until it has its effect on a client of
 * another one.
 */
export async function measureReach(
  one: BenchServer,
  other: BenchServer,
  signal: AbortSignal,
): Promise<Figure[]> {
  const changes: Record<string, Change> = {
    "a game": await games(one, other),
    "a registration": (number) => registration(one, other, firstStranger + number),
    "a blacklisting": (number) => blacklisting(one, other, firstStranger + number),
    "an API key": () => apiKey(one, other),
    "a drop": (number) => drop(one, other, firstStranger + number),
  };
  const figures: Figure[] = [];
  for (const [name, change] of Object.entries(changes)) {
    const times: number[] = [];
    for (let number = 0; number < tries; number += 1) {
      times.push(Number(await change(number)));
      await pause(rest / 1000, signal);
    }
    const p99 = percentile(times, 0.99);
    figures.push(
      { name: `${name} has its effect at another server, p50`, value: percentile(times, 0.5), unit: "ms" },
      {
        name: `${name} has its effect at another server, p99`,
        value: p99,
        unit: "ms",
        goal: `under ${goal} ms`,
        reached: p99 < goal,
      },
    );
  }
  return figures;
}

/** Milliseconds from now until `effect` is met, which `act` brings about. */
async function timed<T>(act: () => Promise<T>, effect: (acted: T) => Promise<unknown>): Promise<number> {
  const start = performance.now();
  const acted = await act();
  await effect(acted);
  return performance.now() - start;
}

async function games(one: BenchServer, other: BenchServer): Promise<Change> {
  const socket = await connectMiner(other.ws, 0);
  let heard: () => void = () => {};
  socket.onmessage = ({ data }) => {
    if (JSON.parse(String(data)).type === "game_update") heard();
  };
  return async (number) => {
    const coming = new Promise<void>((resolve) => heard = resolve);
    const game = { ...sampleGame, game_id: `reach ${number}` };
    return await timed(() => one.admin("POST", "/admin/games", { games: [game] }), () => coming);
  };
}

/** A stranger submits, and is judged, whichever way. */
async function registration(one: BenchServer, other: BenchServer, uid: number): Promise<number> {
  const register = () => one.admin("PUT", `/admin/miners/${minerKey(uid).address}`, { uid });
  return await timed(register, () =>
    untilStatus((status) => status === 200 || status === 422, () => {
      const body = signMessage(minerKey(uid), "prediction", samplePrediction(`reach ${uid}`, uid));
      return fetch(`${other.url}/api/v1/predictions`, { method: "POST", body });
    }));
}

/** One who is connected is sent away. */
async function blacklisting(one: BenchServer, other: BenchServer, uid: number): Promise<number> {
  const closed = closing(await connectMiner(other.ws, uid));
  const path = `/admin/miners/${minerKey(uid).address}`;
  const taken = await timed(() => one.admin("PUT", path, { uid, blacklisted: true }), () => closed);
  await one.admin("PUT", path, { uid });
  return taken;
}

async function drop(one: BenchServer, other: BenchServer, uid: number): Promise<number> {
  const closed = closing(await connectMiner(other.ws, uid));
  const { connections } = await one.admin("GET", `/admin/connections?hotkey=${minerKey(uid).address}`);
  const [connection] = connections as { id: string }[];
  return await timed(() => one.admin("DELETE", `/admin/connections/${connection?.id}`), () => closed);
}

async function apiKey(one: BenchServer, other: BenchServer): Promise<number> {
  return await timed(() => one.admin("POST", "/admin/api-keys", { name: "reach" }), ({ key }) =>
    untilStatus(
      (status) => status === 404,
      () =>
        fetch(`${other.url}/inscriptions/retrieve-inscription?id=none`, {
          headers: { "x-api-key": String(key) },
        }),
    ));
}

function closing(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => socket.onclose = () => resolve());
}

/** Asks until the answer is the one that is waited for. */
async function untilStatus(isIt: (status: number) => boolean, ask: () => Promise<Response>): Promise<void> {
  const start = performance.now();
  for (;;) {
    const answer = await ask();
    const text = await answer.text();
    if (isIt(answer.status)) return;
    if (performance.now() - start > 1000 * patience) {
      throw new Error(`A change did not come to another server: ${answer.status} ${text}`);
    }
  }
}
