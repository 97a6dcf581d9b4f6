import { ReceiptAudit, type ReceiptReport } from "../client/mod.ts";
import { auditFile, readSentPredictions } from "../client/receipts/lines.ts";
import {
  filePath,
  flag,
  integer,
  type Kind,
  optional,
  required,
  setting,
  text,
  UsageError,
} from "../config/mod.ts";
import { CryptoPool, cryptoReady, isAddress } from "../crypto/mod.ts";
import { type Clock, systemClock } from "../protocol/mod.ts";
import { type Command, readUsage, runAction, type Usage } from "./command.ts";
import { counted } from "./text.ts";
import { endpoint } from "./endpoint.ts";
import { palette } from "./palette.ts";
import { ProgressLine, shareOf } from "./progress_line.ts";
import { reportJson, reportText } from "./receipts/report.ts";
import { processStdio, type Stdio, tellSync } from "./stdio.ts";

/** What `heliograph receipts` gets from around it; tests hand in their own. */
interface ReceiptsSurroundings {
  readonly stdio: Stdio;
  readonly clock: Clock;
  /** Asks a validator for its address; by default the runtime's own. */
  readonly fetch?: typeof fetch;
  /** Takes what is shown while a file is read; undefined: nobody looks. */
  readonly show: ((text: string) => void) | undefined;
}

const address: Kind<string> = text("an SS58 address with prefix 42", isAddress, "ADDRESS");

/** A validator by its address, or by where it is reached. */
const validator: Kind<string> = {
  allowed: `${address.allowed}, or ${endpoint.allowed}`,
  placeholder: "ADDRESS|URL",
  read: (raw) => address.read(raw) ?? (/[.:]/.test(String(raw)) ? endpoint.read(raw) : undefined),
  show: (value) => value,
};

const verifyUsage = {
  name: "receipts verify",
  operand: "FILE",
  about:
    "Checks, without asking anybody, that a validator signed every confirmation in FILE, and that none of the " +
    "miner's receipts is missing, changed or doubled. FILE holds one signed confirmation on each line, as the " +
    "validator sent it, or is what heliograph miner printed; - is standard input.",
  options: {
    validator: required(
      validator,
      "The validator's address, or where it is reached, to be asked for its address.",
    ),
    miner: optional(
      address,
      "The miner; receipts of others are then faults. Without it, each miner has a chain of its own.",
    ),
    predictions: optional(
      filePath,
      "What was sent, one prediction with its prediction_id on each line: each receipt must be for one of them.",
    ),
    from: setting(
      integer(1, 999_999_999_999_999),
      1,
      "The receipt of the miner that the file begins with.",
    ),
    any_order: flag(
      "Lines may stand in another order than their receipts, as those of requests at the same time do.",
    ),
    json: flag("Prints the report as a JSON object."),
  },
} satisfies Usage;

/** `receipts verify`: exit code 0 if the file is sound, 1 if not, 2 if it or the command line cannot be used. */
async function verify(args: readonly string[], surroundings: ReceiptsSurroundings): Promise<number> {
  const { values, operand: path } = readUsage(verifyUsage, args);
  if (path === undefined) throw new UsageError("Missing FILE");
  const { miner, from, any_order: anyOrder, predictions: predictionsPath, json } = values;
  const predictions = predictionsPath === undefined
    ? undefined
    : await reading(predictionsPath, async () =>
      await readSentPredictions(await open(predictionsPath, surroundings)));
  const validator = await addressOf(values.validator, surroundings.fetch ?? fetch);
  using pool = new CryptoPool({ workers: navigator.hardwareConcurrency });
  const check = pool.verify.bind(pool);
  const audit = new ReceiptAudit({ validator, miner, from, anyOrder, predictions, verify: check });
  using progress = new ProgressLine(surroundings.clock, surroundings.show);
  const size = await sizeOf(path);
  const tell = (lines: number, bytes: number) =>
    progress.tell(() => `${counted(lines, "line")}${shareOf(bytes, size)}`);
  await reading(path, async () => await auditFile(await open(path, surroundings), audit, tell));
  const report = audit.report();
  refuseUnusable(path, report);
  const { stdio } = surroundings;
  const paint = palette(stdio.terminal?.colours ?? false);
  await stdio.print(json ? reportJson(path, report) : reportText(path, report, paint));
  return report.sound ? 0 : 1;
}

/** Milliseconds. */
const patience = 10_000;

async function addressOf(validator: string, fetch: typeof globalThis.fetch): Promise<string> {
  if (isAddress(validator)) return validator;
  const url = `${validator}/ws/health`;
  try {
    const health: unknown = await (await fetch(url, { signal: AbortSignal.timeout(patience) })).json();
    const told = isRecord(health) ? health["validator"] : undefined;
    if (typeof told === "string" && isAddress(told)) return told;
  } catch (cause) {
    throw new Error(`Cannot ask ${url} for the validator's address: ${(cause as Error).message}`, { cause });
  }
  throw new Error(`Cannot ask ${url} for the validator's address: it tells none`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
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
  await cryptoReady();
  return await runAction(usage, args, { ...surroundings, failure: () => 2 }, {
    verify: [verifyUsage, verify],
  });
}
