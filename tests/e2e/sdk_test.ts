import { assertEquals } from "@std/assert";
import { renderSigned, sha256Hex } from "../../lib/protocol/mod.ts";
import { startGateway } from "../helpers/gateway.ts";
import { testKey } from "../helpers/peer.ts";
import { runToEnd, TemporaryFolder } from "../helpers/process.ts";
import { testWith } from "../helpers/programs.ts";
import { sampleGame, samplePrediction } from "../helpers/samples.ts";

const here = import.meta.dirname ?? "";
// Where there is no node, Deno answers to that name.
const question = "process.versions.deno === undefined && typeof WebSocket";
const node = await nodeWithWebSocket();
const missing = node === undefined
  ? "no node with a WebSocket, which version 20.10 and later have"
  : undefined;

/** Node's command line with a global WebSocket; undefined where there is none. */
async function nodeWithWebSocket(): Promise<string[] | undefined> {
  for (const line of [["node"], ["node", "--experimental-websocket"]]) {
    if (await prints([...line, "-p", question], "function")) return line;
  }
  return undefined;
}

async function prints(line: string[], expected: string): Promise<boolean> {
  try {
    return (await runToEnd(line, { cwd: here })).stdout.trim() === expected;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function bundleSdk(folder: string): Promise<string> {
  const bundle = `${folder}/sdk.mjs`;
  const line = [
    Deno.execPath(),
    "bundle",
    "--quiet",
    "--platform",
    "browser",
    "-o",
    bundle,
    `${here}/node/sdk.ts`,
  ];
  const { code, stderr } = await runToEnd(line, { cwd: here });
  assertEquals(code, 0, stderr);
  return bundle;
}

Deno.test("the client's bundle for browsers uses nothing of Deno or Node", async () => {
  await using folder = await TemporaryFolder.make();
  const code = await Deno.readTextFile(await bundleSdk(folder.path));
  const foreign = /(?<!["'])\bDeno\b|["']node:/;
  assertEquals(code.split("\n").filter((line) => foreign.test(line)), []);
});

testWith(missing, "the client runs in Node, over a WebSocket and over HTTP", async () => {
  await using folder = await TemporaryFolder.make();
  await using server = await startGateway();
  const key = testKey(1);
  await server.admin("PUT", `/admin/miners/${key.address}`, { uid: 7 });
  await server.admin("POST", "/admin/games", { games: [sampleGame()] });
  const predictions = [samplePrediction("p1"), samplePrediction("p2")];
  const bundle = await bundleSdk(folder.path);
  const options = { bundle, url: server.url, seed: [...key.seed], predictions };
  const line = [...node ?? [], `${here}/node/submit.mjs`, JSON.stringify(options)];
  const { stdout, stderr } = await runToEnd(line, { cwd: folder.path });
  const outcomes = stdout.trim().split("\n").map((line) => JSON.parse(line));
  const hashes = predictions.map((prediction) => sha256Hex(renderSigned(prediction)));
  assertEquals(
    outcomes.map(({ state, receipt, problems }) => [state, receipt?.sequence, receipt?.hash, problems]),
    [["authenticated", 1, hashes[0], []], ["http", 2, hashes[1], []]],
    stderr,
  );
});
