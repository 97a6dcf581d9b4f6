import { cryptoReady } from "../../lib/crypto/mod.ts";
import { keysFromSeed, sign, toVerifyingKey, verify } from "../../lib/crypto/schnorrkel.ts";
import { renderSigned } from "../../lib/protocol/mod.ts";
import { serveCommands } from "./child.ts";
import { samplePrediction } from "./miners.ts";

/** Verifies one message and signs one, again and again, and nothing else: what a core can do. */
export async function cryptoLoop(): Promise<void> {
  await cryptoReady();
  await serveCommands({ run: ({ seconds }: { seconds: number }) => pairsPerSecond(seconds) });
}

function pairsPerSecond(seconds: number): number {
  const act = pair();
  for (let warmup = 0; warmup < 50; warmup++) act();
  const start = performance.now();
  let pairs = 0;
  for (; performance.now() - start < 1000 * seconds; pairs++) act();
  return 1000 * pairs / (performance.now() - start);
}

/** One verification and one signature over a prediction's message, in the form in which the server works on it. */
function pair(): () => void {
  const { secretKey, publicKey } = keysFromSeed(new Uint8Array(32).fill(7));
  const key = toVerifyingKey(publicKey);
  const text = renderSigned(samplePrediction("bench", 0));
  const encoder = new TextEncoder();
  const signature = sign(publicKey, secretKey, encoder.encode(text));
  return () => {
    if (!verify(signature, encoder.encode(text), key)) throw new Error("a signature is wrong");
    sign(publicKey, secretKey, encoder.encode(text));
  };
}
