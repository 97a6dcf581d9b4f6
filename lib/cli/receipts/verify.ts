import { ReceiptAudit, type ReceiptReport } from "../../client/mod.ts";
import { CryptoPool, isAddress } from "../../crypto/mod.ts";
import { type Arguments, readArguments, required, UsageError } from "../keys/arguments.ts";
import { auditFile } from "./audit_file.ts";
import { Progress } from "./progress.ts";
import { reportJson, reportText } from "./report.ts";
import { readSentPredictions } from "./sent_predictions.ts";
import type { ReceiptsSurroundings } from "./surroundings.ts";

const options = {
  validator: "value",
  miner: "value",
  from: "value",
  predictions: "value",
  any_order: "flag",
  json: "flag",
} as const;

/** `receipts verify`: exit code 0 if the file is sound, 1 if not, 2 if it or the command line cannot be used. */
export async function verify(args: readonly string[], surroundings: ReceiptsSurroundings): Promise<number> {
  const given = readArguments(args, options);
  const { operand: path, flags, values } = given;
  if (path === undefined) throw new UsageError("Missing FILE");
  const settings = readSettings(given);
  const predictionsPath = values.get("predictions");
  const predictions = predictionsPath === undefined
    ? undefined
    : await reading(predictionsPath, async () =>
      await readSentPredictions(await open(predictionsPath, surroundings)));
  using pool = new CryptoPool({ workers: navigator.hardwareConcurrency });
  const audit = new ReceiptAudit({ ...settings, predictions, verify: pool.verify.bind(pool) });
  using progress = new Progress(surroundings, await sizeOf(path));
  await reading(path, async () => await auditFile(await open(path, surroundings), audit, progress.tell));
  const report = audit.report();
  refuseUnusable(path, report);
  await surroundings.stdio.print((flags.has("json") ? reportJson : reportText)(path, report));
  return report.sound ? 0 : 1;
}

function readSettings(given: Arguments) {
  const from = given.values.get("from") ?? "1";
  if (!/^[1-9]\d{0,14}$/.test(from)) {
    throw new UsageError(`Invalid --from: got "${from}", expected a whole number from 1 on`);
  }
  return {
    validator: addressOf("validator", required(given, "validator")),
    miner: given.values.has("miner") ? addressOf("miner", required(given, "miner")) : undefined,
    from: Number(from),
    anyOrder: given.flags.has("any_order"),
  };
}

function addressOf(name: string, text: string): string {
  if (isAddress(text)) return text;
  throw new UsageError(`Invalid --${name}: got "${text}", expected an SS58 address with prefix 42`);
}

async function open(path: string, { stdio }: ReceiptsSurroundings): Promise<ReadableStream<Uint8Array>> {
  return path === "-" ? stdio.input : (await Deno.open(path)).readable;
}

async function reading<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw new Error(`Cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
}

async function sizeOf(path: string): Promise<number> {
  if (path === "-") return 0;
  return (await Deno.stat(path).catch(() => undefined))?.size ?? 0;
}

/** Of a file without a single confirmation nothing can be said. */
function refuseUnusable(path: string, { confirmations, counts, findings }: ReceiptReport): void {
  if (confirmations > 0 || counts.forged !== undefined || counts.other_validator !== undefined) return;
  const first = findings.find(({ line }) => line !== undefined);
  const reason = first === undefined ? "" : ` (line ${first.line}: ${first.message})`;
  throw new Error(`Cannot verify ${path}: it holds no signed confirmation${reason}`);
}
