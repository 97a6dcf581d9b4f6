import { assertEquals, assertStringIncludes } from "@std/assert";
import { testKey } from "../helpers/peer.ts";
import { runToEnd, ServerProcess } from "../helpers/process.ts";
import { sampleGame, samplePrediction } from "../helpers/samples.ts";
import { PythonMiner } from "./miner.ts";
import { sdk } from "./pythons.ts";

const seed = "7".padStart(64, "0");
/** The miner that servers here know. */
export const miner = testKey(7);
/** What servers here are started with. */
export const serverFlags = [
  "--websocket.rate_limit=100000",
  "--http.rate_limit=100000",
  "--log.level=WARNING",
];
/** What a Python needs to run the package from its sources. */
export const environment = { PYTHONPATH: sdk, PYTHONDONTWRITEBYTECODE: "1" };

/** A server that knows the miner, and a game. */
export async function startServer(cwd: string): Promise<ServerProcess> {
  const server = await ServerProcess.start({ cwd }, serverFlags);
  await server.admin("PUT", `/admin/miners/${miner.address}`, { uid: 7 });
  await server.admin("POST", "/admin/games", { games: [sampleGame()] });
  return server;
}

/** `heliograph-py miner` with the key of {@link miner}. */
export function startMiner(
  python: string,
  cwd: string,
  validators: string,
  flags: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<PythonMiner> {
  return PythonMiner.start({ python, cwd, validators, seed, flags, env });
}

/** Different predictions that every rule accepts. */
export function predictions(count: number) {
  return Array.from({ length: count }, (_, index) => samplePrediction(`p${index}`));
}

/** Which predictions the server has accepted. */
export async function acceptedIds(server: ServerProcess): Promise<string[]> {
  const { predictions } = await server.admin("GET", "/admin/predictions?limit=1000");
  return (predictions as { prediction_id: string }[]).map(({ prediction_id }) => prediction_id);
}

/** There are so many, and none of them twice. */
export function assertDistinct(ids: readonly unknown[], count: number): void {
  assertEquals([ids.length, new Set(ids).size], [count, count]);
}

/** The server has each prediction once, and the miner's store every receipt of them. */
export async function assertSound(
  python: string,
  cwd: string,
  server: ServerProcess,
  count: number,
): Promise<void> {
  assertDistinct(await acceptedIds(server), count);
  const health = await (await fetch(`${server.url}/ws/health`)).json();
  const line = [python, "-m", "heliograph", "verify", "miner.db", `--validator=${health.validator}`];
  const { code, stdout, stderr } = await runToEnd(line, { cwd, env: environment });
  assertEquals(code, 0, stdout + stderr);
  assertStringIncludes(stdout, `${count} receipts, 1 to ${count}`);
}
