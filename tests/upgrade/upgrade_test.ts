import { assertEquals, assertMatch } from "@std/assert";
import { MinerClient, ReceiptAudit } from "../../lib/client/mod.ts";
import { cryptoReady, keypairFromSeed } from "../../lib/crypto/mod.ts";
import { ServerProcess, TemporaryFolder } from "../helpers/process.ts";
import { samplePrediction } from "../helpers/samples.ts";

await cryptoReady();

/** Whose store it is, and who had three predictions and their receipts in it. */
const [validatorSeed, miner] = [
  new Uint8Array(32).fill(0xc8),
  keypairFromSeed(new Uint8Array(32).fill(0x64)),
];
/** Of its owner, with a job that waits for its payment. */
const apiKey = "hg_XFHw1a4fVVzJ9JWxuCkAFs-n8Xi9E2RchR6UX0cF77s";
const jobId = "dde20421-ca51-416e-8d99-0ec8952aca39";

async function unpacked(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const packed = await Deno.open(new URL(name, import.meta.url));
  const stream = packed.readable.pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** A server of today on a copy of what the last release wrote. */
async function startOn(folder: string): Promise<ServerProcess> {
  return await ServerProcess.start({ cwd: folder }, [
    "--store=heliograph.db",
    "--validator_key=validator.key",
  ]);
}

/** Submits predictions, and answers the signed confirmations. */
async function submit(url: string, ids: readonly string[]): Promise<string[]> {
  const signed: string[] = [];
  await using client = new MinerClient({ url, keypair: miner });
  client.subscribe((event) => {
    if (event.type === "confirmation") signed.push(event.signed);
  });
  await client.start();
  for (const id of ids) await client.submit(samplePrediction(id, { wager: 1.5, payout: 0.5 }));
  await client.idle();
  return signed;
}

const signedIn = (lines: string) =>
  lines.trim().split("\n").map((line): string => JSON.parse(line)["signed"]);

Deno.test("a store that 0.1.0 wrote serves on: predictions, receipts, miners, games, API keys and jobs", async () => {
  await using folder = await TemporaryFolder.make();
  await Deno.writeFile(`${folder.path}/heliograph.db`, await unpacked("store_0.1.0.db.gz"));
  await Deno.writeTextFile(`${folder.path}/validator.key`, `0x${validatorSeed.toHex()}\n`, { mode: 0o600 });
  const before = signedIn(new TextDecoder().decode(await unpacked("confirmations_0.1.0.jsonl.gz")));
  let after: string[];
  {
    await using server = await startOn(folder.path);
    const { predictions } = await server.admin("GET", "/admin/predictions?limit=10");
    assertEquals((predictions as { prediction_id: string }[]).map(({ prediction_id }) => prediction_id), [
      "p1",
      "p2",
      "p3",
    ]);
    const { miners } = await server.admin("GET", "/admin/miners");
    assertEquals(
      (miners as Record<string, unknown>[]).map(({ hotkey, uid, blacklisted }) => ({
        hotkey,
        uid,
        blacklisted,
      })),
      [{ hotkey: miner.address, uid: 7, blacklisted: false }],
    );
    const answer = await fetch(`${server.url}/inscriptions/retrieve-inscription?id=${jobId}`, {
      headers: { "x-api-key": apiKey },
    });
    const { status } = await answer.json();
    assertMatch(status, /^(?:awaiting_payment|processing|completed)$/);
    after = await submit(server.url, ["p4"]);
  }
  // What the upgrade did is done once, and kept.
  await using again = await startOn(folder.path);
  after.push(...await submit(again.url, ["p5"]));
  const audit = new ReceiptAudit({ validator: keypairFromSeed(validatorSeed).address, miner: miner.address });
  for (const [index, signed] of [...before, ...after].entries()) await audit.take(index + 1, signed);
  const { sound, findings, confirmations } = audit.report();
  assertEquals([sound, findings, confirmations], [true, [], 5]);
});
