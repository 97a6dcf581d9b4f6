/// <reference lib="deno.worker" />
import type { CryptoJob, CryptoOutcome, WorkerMessage, WorkerSetup } from "./pool_worker.ts";
import { cryptoReady, type Keypair, keypairFromSeed, verifySignature } from "./sr25519.ts";

const loading = cryptoReady();
let keypair: Keypair | undefined;

self.onmessage = async ({ data }: MessageEvent<WorkerMessage>): Promise<void> => {
  await loading;
  if (isBatch(data)) self.postMessage(data.map(outcome));
  else setUp(data);
};

function isBatch(message: WorkerMessage): message is readonly CryptoJob[] {
  return Array.isArray(message);
}

function setUp({ seed }: WorkerSetup): void {
  if (seed !== undefined) keypair = keypairFromSeed(seed);
}

function outcome(job: CryptoJob): CryptoOutcome {
  if (job.kind === "verify") return verifySignature(job.text, job.signatureHex, job.address);
  try {
    return keypair?.sign(job.text) ?? { failure: "no seed was given" };
  } catch (error) {
    return { failure: String(error) };
  }
}
