// Predicts on every game, and prints the receipts: node miner.js [URL] [KEY FILE]
import { readFile } from "node:fs/promises";
import process from "node:process";
import { MinerClient, predictionOn } from "@heliograph/client";
import { cryptoReady, keypairFromSeed, parseKeyFile } from "@heliograph/client/crypto";
import WebSocket from "ws";

const [url = "ws://127.0.0.1:10401", key = "miner.key"] = process.argv.slice(2);
await cryptoReady();
const keypair = keypairFromSeed(parseKeyFile(await readFile(key, "utf8")));

const client = new MinerClient({
  url,
  keypair,
  // Node has one of its own from version 22 on.
  WebSocket: globalThis.WebSocket ?? WebSocket,
  log: (level, line) => level === "debug" || level === "trace" || console.error(`${level}: ${line}`),
});

/** Your model: the outcome to bet on; undefined: none. */
function predict(game) {
  return game.active ? (game.team_a_odds < game.team_b_odds ? game.team_a : game.team_b) : undefined;
}

client.subscribe(async (event) => {
  if (event.type === "confirmation") {
    console.log(`${event.predictionId} receipt ${event.receipt?.miner_sequence}`);
  }
  if (event.type === "refused") console.log(`${event.predictionId} refused: ${event.message}`);
  if (event.type !== "games") return;
  const miner_uid = await client.learnUid();
  for (const game of event.games) {
    const outcome = predict(game);
    if (outcome !== undefined) await client.submit(predictionOn(game, outcome, { miner_uid, wager: 10 }));
  }
});

await client.start();
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void client.close());
