import { assertEquals, assertStringIncludes } from "@std/assert";
import { commandLine, type Outcome, runToEnd, ServerProcess, TemporaryFolder } from "../helpers/process.ts";
import { sampleGame, samplePrediction } from "../helpers/samples.ts";

/** Makes a key, registers it, publishes a game, and runs the miner on these predictions. */
async function mine(predictions: readonly object[], ...flags: string[]): Promise<Outcome> {
  await using folder = await TemporaryFolder.make();
  const surroundings = { cwd: folder.path };
  const made = await runToEnd(commandLine("keys", "new", "--out=miner.key"), surroundings);
  const lines = predictions.map((prediction) => `${JSON.stringify(prediction)}\n`).join("");
  await Deno.writeTextFile(`${folder.path}/predictions.jsonl`, lines);
  await using server = await ServerProcess.start(surroundings);
  await server.admin("PUT", `/admin/miners/${JSON.parse(made.stdout).address}`, { uid: 7 });
  await server.admin("POST", "/admin/games", { games: [sampleGame()] });
  const given = [`--validators=${server.ws}`, "--key=miner.key", "--input=predictions.jsonl", ...flags];
  return await runToEnd(commandLine("miner", ...given), surroundings);
}

function eventsOf({ stdout }: Outcome, event: string): Record<string, unknown>[] {
  const events: Record<string, unknown>[] = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  return events.filter((each) => each["event"] === event);
}

const predictions = ["p1", "p2", "p3"].map((id) => samplePrediction(id));

Deno.test("the miner's process submits a file over a WebSocket, logs what it pushed, and ends with 0", async () => {
  const outcome = await mine(predictions);
  const confirmed = eventsOf(outcome, "confirmation").map((event) => event["prediction_id"]);
  assertEquals({ code: outcome.code, confirmed: confirmed.sort() }, {
    code: 0,
    confirmed: ["p1", "p2", "p3"],
  });
  for (const id of confirmed) assertStringIncludes(outcome.stderr, `Pushed prediction ${id} via WebSocket`);
});

Deno.test("the miner's process gets a file through over HTTP alone", async () => {
  const outcome = await mine(predictions, "--websocket_enabled=False");
  const confirmed = eventsOf(outcome, "confirmation").map((event) => event["prediction_id"]);
  assertEquals({ code: outcome.code, confirmed: confirmed.sort() }, {
    code: 0,
    confirmed: ["p1", "p2", "p3"],
  });
  assertEquals(outcome.stderr.includes("via WebSocket"), false);
});

Deno.test("the miner's process ends with 1 when a prediction is refused, and says which rule it broke", async () => {
  const outcome = await mine([...predictions, samplePrediction("p4", { wager: 0 })]);
  const [refused] = eventsOf(outcome, "refused");
  assertEquals([outcome.code, refused?.["prediction_id"]], [1, "p4"]);
  assertStringIncludes(String(refused?.["message"]), "wager");
});
