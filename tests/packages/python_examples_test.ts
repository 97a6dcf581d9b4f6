import { assertEquals } from "@std/assert";
import { adminToken, startGateway } from "../helpers/gateway.ts";
import { testKey } from "../helpers/peer.ts";
import { TemporaryFolder } from "../helpers/process.ts";
import { sampleGame, samplePrediction } from "../helpers/samples.ts";
import { MinerClient } from "../../lib/client/mod.ts";
import { cryptoReady } from "../../lib/crypto/mod.ts";
import { pythonWith, testWith } from "../helpers/programs.ts";
import { until } from "../helpers/until.ts";
import { installFresh, whyNoPyPI } from "../sdk_python/pythons.ts";
import { Background } from "./background.ts";
import { copyFolder, root } from "./project.ts";

await cryptoReady();

testWith(
  await whyNoPyPI(),
  "examples/python-miner confirms a prediction with the installed package",
  async () => {
    await using folder = await TemporaryFolder.make();
    const python = await installFresh(folder.path);
    await using server = await startGateway();
    const key = testKey(1);
    await Deno.writeTextFile(`${folder.path}/miner.key`, `0x${key.seed.toHex()}`);
    await server.admin("PUT", `/admin/miners/${key.address}`, { uid: 7 });
    await server.admin("POST", "/admin/games", { games: [sampleGame()] });
    await copyFolder(`${root}/examples/python-miner`, `${folder.path}/example`);
    const line = [python, "miner.py", server.url, "../miner.key"];
    await using miner = new Background(line, `${folder.path}/example`);
    await miner.line(/^g1 receipt 1$/);
  },
);

const python = await pythonWith("json");

testWith(
  python === undefined ? "no Python" : undefined,
  "examples/scoring-engine reads predictions, ends a game for all miners and pays their bets, once",
  async () => {
    await using folder = await TemporaryFolder.make();
    await using server = await startGateway();
    const key = testKey(1);
    await server.admin("PUT", `/admin/miners/${key.address}`, { uid: 7 });
    await server.admin("POST", "/admin/games", { games: [sampleGame()] });
    const outcomes: unknown[] = [];
    await using miner = new MinerClient({ url: server.url, keypair: key });
    miner.subscribe((event) => {
      if (event.type !== "games") return;
      for (const { outcome } of event.games as { outcome: unknown }[]) outcomes.push(outcome);
    });
    await miner.start();
    await miner.submit(samplePrediction("p1", { wager: 10 }));
    await miner.submit(
      samplePrediction("p2", { predicted_outcome: "Chelsea", predicted_odds: 3.4, wager: 4 }),
    );
    await miner.idle();
    const score = () =>
      new Background([python ?? "", `${root}/examples/scoring-engine/score.py`, server.url], folder.path, {
        HELIOGRAPH_ADMIN_TOKEN: adminToken,
      });
    const ended = JSON.stringify({ game: sampleGame(), outcome: "0" });
    await Deno.writeTextFile(`${folder.path}/results.jsonl`, ended);
    {
      await using engine = score();
      assertEquals(await engine.line(/^g1 ended/), `g1 ended: {"${key.address}": 7.0}`);
    }
    await until(() => outcomes.includes("0"));
    await Deno.writeTextFile(`${folder.path}/results.jsonl`, ended);
    await using again = score();
    assertEquals(await again.line(/^g1 ended/), `g1 ended: {"${key.address}": 7.0}`);
  },
);
