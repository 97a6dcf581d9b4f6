import { cryptoReady } from "../crypto/mod.ts";
import { systemClock } from "../protocol/mod.ts";
import { type Action, type Command, runAction, runFramed, type Usage } from "./command.ts";
import type { ReceiptsSurroundings } from "./receipts/surroundings.ts";
import { verify, verifyUsage } from "./receipts/verify.ts";
import { processStdio, tellSync } from "./stdio.ts";

/** How it is called. */
export const usage: Usage = {
  name: "receipts",
  about: "Checks what a validator has vouched for.",
  options: {},
  actions: [verifyUsage],
  closing:
    "Exit code 0: sound; 1: not sound; 2: wrong usage, or FILE cannot be read or holds no confirmation.",
  examples: [
    "heliograph miner ... >>receipts.jsonl",
    "heliograph receipts verify receipts.jsonl --validator=5F...",
  ],
};

/** `heliograph receipts`: checks what a validator has vouched for. */
export const run: Command = (args) =>
  runReceipts(args, {
    stdio: processStdio,
    clock: systemClock,
    show: Deno.stderr.isTerminal() ? (text) => tellSync(Deno.stderr, text) : undefined,
  });

/** {@link run} with surroundings of the caller's choice. */
export async function runReceipts(
  args: readonly string[],
  surroundings: ReceiptsSurroundings,
): Promise<number> {
  const { stdio } = surroundings;
  const framed: Action = async (args) =>
    await runFramed(verifyUsage, args, { stdio, within: usage, failure: 2 }, async () => {
      await cryptoReady();
      return await verify(args, surroundings);
    });
  return await runAction(usage, args, stdio, { verify: framed });
}
