// Submits one prediction over a WebSocket and one over HTTP, and prints what came of each.
const { argv, stdout } = await import("node:process");
const { bundle, url, seed, predictions } = JSON.parse(argv[2]);
const { cryptoReady, keypairFromSeed, MinerClient } = await import(bundle);

await cryptoReady();
const keypair = keypairFromSeed(Uint8Array.from(seed));
for (const [index, websocketEnabled] of [true, false].entries()) {
  const events = [];
  const client = new MinerClient({ url, keypair, websocketEnabled, onEvent: (event) => events.push(event) });
  const settled = new Promise((resolve) => {
    client.subscribe(({ type }) => (type === "confirmation" || type === "refused") && resolve());
  });
  await client.start();
  await client.submit(predictions[index]);
  await settled;
  const { state } = client;
  await client.close();
  const confirmation = events.find(({ type }) => type === "confirmation");
  const problems = events.filter(({ type }) => type === "problem" || type === "refused");
  stdout.write(`${JSON.stringify({ state, receipt: confirmation?.receipt, problems })}\n`);
}
