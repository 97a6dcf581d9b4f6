import { cryptoReady } from "../crypto/mod.ts";
import { systemClock } from "../protocol/mod.ts";
import type { Command } from "./command.ts";
import { UsageError } from "./keys/arguments.ts";
import type { ReceiptsSurroundings } from "./receipts/surroundings.ts";
import { verify } from "./receipts/verify.ts";
import { processStdio } from "./stdio.ts";

/** What `--help` prints. */
export const usage = `Usage: heliograph receipts verify FILE --validator=ADDRESS [--FLAG=VALUE ...]

Checks, without asking anybody, that a validator signed every confirmation in FILE, and that none of the miner's receipts is
missing, changed or doubled. FILE holds one signed confirmation on each line, as the validator sent it, or is what
"heliograph miner" printed; - is standard input.

  --validator=ADDRESS     the SS58 address of the validator; GET /ws/health tells it
  --miner=ADDRESS         the miner; receipts of others are then faults. Without it, each miner has a chain of its own
  --predictions=FILE      what was sent, one prediction with its prediction_id on each line: each receipt must be for it
  --from=N                the file begins with receipt N of the miner, not with the first
  --any_order             lines may stand in another order than their receipts, as those of requests at the same time do
  --json                  prints the report as a JSON object

Examples:
  heliograph miner ... >>receipts.jsonl
  heliograph receipts verify receipts.jsonl --validator=5F... --predictions=predictions.jsonl

Exit code 0: sound; 1: not sound; 2: wrong usage, or FILE cannot be read or holds no confirmation.
`;

/** `heliograph receipts`: checks what a validator has vouched for. */
export const run: Command = (args) =>
  runReceipts(args, {
    stdio: processStdio,
    clock: systemClock,
    show: Deno.stderr.isTerminal()
      ? (text) => void Deno.stderr.writeSync(new TextEncoder().encode(text))
      : undefined,
  });

/** {@link run} with surroundings of the caller's choice. */
export async function runReceipts(
  [action = "", ...args]: readonly string[],
  surroundings: ReceiptsSurroundings,
): Promise<number> {
  const { stdio } = surroundings;
  if ([action, ...args].includes("--help")) {
    await stdio.print(usage);
    return 0;
  }
  try {
    if (action !== "verify") throw new UsageError("Expected an action: verify");
    await cryptoReady();
    return await verify(args, surroundings);
  } catch (error) {
    const advice = error instanceof UsageError ? '. "heliograph receipts --help" says more' : "";
    await stdio.complain(`${error instanceof Error ? error.message : error}${advice}\n`);
    return 2;
  }
}
