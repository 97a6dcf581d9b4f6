import { assertEquals } from "@std/assert";
import { confirmationsChannel, type Engine, PredictionRepository } from "../../lib/engine/mod.ts";
import {
  parseExact,
  type ReceivedPrediction,
  renderSigned,
  sha256Hex,
  type TeamGamePrediction,
  toPlain,
} from "../../lib/protocol/mod.ts";
import { FaultyEngine } from "../helpers/faulty_engine.ts";
import { startGateway, type TestGateway } from "../helpers/gateway.ts";
import { sampleGame, samplePrediction } from "../helpers/samples.ts";

const hotkey = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

interface Scene extends AsyncDisposable {
  readonly server: TestGateway;
  readonly engine: Engine;
  /** Submits a prediction, and answers what its confirmation says. */
  tell(id: string, change?: Record<string, string | number>): Promise<unknown>;
  /** What the miner was told from the first on, told again. */
  again(upTo: number): Promise<unknown[] | "lost">;
}

async function setScene(): Promise<Scene> {
  const opener = FaultyEngine.opener();
  const server = await startGateway({}, undefined, opener.open);
  await server.admin("POST", "/admin/games", { games: [sampleGame()] });
  const { book, confirmations } = server.gateway.validator;
  return {
    server,
    engine: opener.engine,
    tell: async (id, change = {}) => {
      const text = renderSigned(samplePrediction(id, change));
      const fields = toPlain(parseExact(text)) as TeamGamePrediction;
      const prediction: ReceivedPrediction = { fields, text, hash: sha256Hex(text) };
      const { verdict, offset } = await book.submit({ hotkey, uid: 7, prediction });
      return dataOf(await confirmations.publish(hotkey, { predictionId: id, verdict, offset }));
    },
    again: async (upTo) => {
      const frames = await confirmations.past(hotkey, 0, upTo);
      return frames === "lost" ? "lost" : frames.map(dataOf);
    },
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

/** What a confirmation says, but for the time. */
function dataOf(frame: string): unknown {
  const { timestamp: _, ...data } = JSON.parse(frame).data;
  return data;
}

Deno.test("what a miner is told again is what it was told: accepted, duplicate, conflict and refusal", async () => {
  await using scene = await setScene();
  const told = [
    await scene.tell("p1"),
    await scene.tell("p1"),
    await scene.tell("p1", { wager: 2 }),
    await scene.tell("p2", { game_id: "none" }),
    await scene.tell("p3"),
  ];
  assertEquals(await scene.again(5), told);
});

Deno.test("confirmations of predictions that were pruned are lost, and those after them are not", async () => {
  await using scene = await setScene();
  await scene.tell("p1");
  const second = await scene.tell("p2");
  const predictions = new PredictionRepository(scene.engine);
  assertEquals(await predictions.transact((transaction) => transaction.prune(Infinity, 1)), 1);
  assertEquals(await scene.again(2), "lost");
  const { confirmations } = scene.server.gateway.validator;
  const frames = await confirmations.past(hotkey, 1, 2);
  assertEquals(frames === "lost" ? frames : frames.map(dataOf), [second]);
});

Deno.test("a confirmation that the log keeps word for word, as it once did, is told again", async () => {
  await using scene = await setScene();
  const old = { prediction_id: "p0", status: "success", message: "Prediction accepted" };
  await scene.engine.transact((transaction) => transaction.append(confirmationsChannel(hotkey), old));
  const [again] = await scene.again(1);
  const { epoch } = scene.engine.log;
  assertEquals(again, { ...old, hotkey, epoch, offset: 1 });
});
