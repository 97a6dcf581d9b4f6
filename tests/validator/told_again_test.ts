import { assertEquals } from "@std/assert";
import { confirmationsChannel, type Engine, PredictionRepository } from "../../lib/engine/mod.ts";
import { FaultyEngine } from "../helpers/faulty_engine.ts";
import { testKey } from "../helpers/peer.ts";
import { samplePrediction } from "../helpers/samples.ts";
import { Scene } from "../helpers/scene.ts";

const hotkey = testKey(7).address;

interface Told extends AsyncDisposable {
  readonly engine: Engine;
  /** Submits a prediction, and answers what its confirmation says. */
  tell(id: string, change?: Record<string, string | number>): Promise<unknown>;
  /** What the miner was told after an offset, told again. */
  again(limit: number, offset?: number): Promise<unknown[] | "lost">;
}

async function setScene(): Promise<Told> {
  const opener = FaultyEngine.opener();
  const scene = await Scene.start({}, undefined, opener.open);
  const { validator } = scene.server.gateway;
  return {
    engine: opener.engine,
    tell: async (id, change = {}) => dataOf((await scene.submit(samplePrediction(id, change))).body),
    again: async (limit, offset = 0) => {
      const { epoch } = opener.engine.log;
      const page = await validator.missedConfirmations(hotkey, { epoch, offset }, limit);
      return page === "lost" ? "lost" : page.frames.map((frame) => dataOf(JSON.parse(frame)));
    },
    [Symbol.asyncDispose]: () => scene.stop(),
  };
}

/** What a confirmation says, but for the time. */
function dataOf({ data }: Record<string, unknown>): unknown {
  const { timestamp: _, ...rest } = data as Record<string, unknown>;
  return rest;
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
  assertEquals(await predictions.prune(Infinity, 1), 1);
  assertEquals(await scene.again(2), "lost");
  assertEquals(await scene.again(2, 1), [second]);
});

Deno.test("a confirmation that the log keeps word for word, as it once did, is told again", async () => {
  await using scene = await setScene();
  const old = { prediction_id: "p0", status: "success", message: "Prediction accepted" };
  await scene.engine.transact((transaction) => transaction.append(confirmationsChannel(hotkey), old));
  const [again] = await scene.again(1);
  const { epoch } = scene.engine.log;
  assertEquals(again, { ...old, hotkey, epoch, offset: 1 });
});
