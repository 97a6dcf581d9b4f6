import { cryptoReady } from "../../../crypto/sr25519.ts";
import { auditReceipts } from "./audit_receipts.ts";
import { checkGames } from "./check_games.ts";
import { inspectProof } from "./inspect_proof.ts";
import type { Answer, Order, Tasks } from "./tasks.ts";

/** Checks what the page hands over, apart from it, so that it stays quick; one order after the other. */
addEventListener("message", ({ data }: MessageEvent<Order>) => {
  carryOut(data).then(
    (outcome) => answer({ kind: "outcome", outcome }),
    (error) => answer({ kind: "problem", message: (error as Error).message }),
  );
});

async function carryOut({ name, order }: Order): Promise<Tasks[keyof Tasks]["outcome"]> {
  if (name === "games") return checkGames(order);
  await cryptoReady();
  if (name === "inspect") return inspectProof(order);
  return await auditReceipts(order, (progress) => answer({ kind: "progress", progress }));
}

function answer(answer: Answer): void {
  (globalThis as unknown as { postMessage(answer: Answer): void }).postMessage(answer);
}
