// Says what this miner can do, and prints the validator's answer: node miner.js [URL] [KEY FILE]
import { readFile } from "node:fs/promises";
import process from "node:process";
import { MinerClient } from "@heliograph/client";
import { cryptoReady, keypairFromSeed, parseKeyFile } from "@heliograph/client/crypto";
import WebSocket from "ws";

const [url = "ws://127.0.0.1:10401", key = "miner.key"] = process.argv.slice(2);
await cryptoReady();
const keypair = keypairFromSeed(parseKeyFile(await readFile(key, "utf8")));
const client = new MinerClient({ url, keypair, WebSocket: globalThis.WebSocket ?? WebSocket });

// Verified already: only what the validator signed comes here.
client.on("capabilities_ack", ({ data }) => {
  console.log(JSON.stringify(data));
  void client.close();
});
client.subscribe((event) => {
  if (event.type === "state" && event.state === "authenticated") {
    client.send("capabilities", { models: ["elo", "poisson"] });
  }
});
await client.start();
