import {
  configGrammar,
  type ConfigSources,
  flag,
  integer,
  type Kind,
  loadConfig,
  oneLine,
  oneOf,
  optional,
  readCommandLine,
  required,
  setting,
  settings,
  UsageError,
  withoutPasswords,
} from "../config/mod.ts";
import {
  backupStore,
  copyStore,
  exportCsv,
  exportNdjson,
  exportPredictions,
  type Progress,
  type Prunable,
  pruneStore,
  restoreStore,
  StoreMissing,
  type StoreReport,
  verifyStore,
} from "../operations/mod.ts";
import { type Clock, systemClock } from "../protocol/mod.ts";
import { type Command, readUsage, runAction, type Usage } from "./command.ts";
import { counted, jsonText } from "./text.ts";
import { palette } from "./palette.ts";
import { ProgressLine, shareOf } from "./progress_line.ts";
import { processStdio, type Stdio, tellSync } from "./stdio.ts";

/** What `heliograph store` gets from around it; tests hand in their own. */
interface StoreSurroundings extends Omit<ConfigSources, "flags"> {
  readonly stdio: Stdio;
  readonly clock: Clock;
  /** Takes what is shown of the progress; undefined: nobody looks. */
  readonly show: ((text: string) => void) | undefined;
}

/** How the store is named: as for `heliograph serve`, or in its file of settings. */
const locationOptions = { store: settings.store, config: configGrammar.options.config };

/** Where the store is that a command line, the variables or the file of settings name. */
function locationOf(
  usage: Usage,
  args: readonly string[],
  { env, readFile }: StoreSurroundings,
): string {
  const { flags } = readCommandLine(args, usage);
  const named = [...flags].filter(([name]) => Object.hasOwn(locationOptions, name));
  return loadConfig({ flags: new Map(named), env, readFile }).config.store;
}

/** Shows how many receipts were verified, until it is disposed of. */
function receiptProgress(
  { clock, show }: StoreSurroundings,
): Disposable & { readonly tell: Progress } {
  const line = new ProgressLine(clock, show);
  return {
    tell: (done, all) => line.tell(() => `${counted(done, "receipt")}${shareOf(done, all)}`),
    [Symbol.dispose]: () => line[Symbol.dispose](),
  };
}

const verifyUsage = {
  name: "store verify",
  about:
    "Reads the whole store, also while servers use it: the pages of its file, and whether the receipts have no gap, " +
    "follow one another, and vouch for the predictions that are stored. Exit code 0: sound; 1: not sound.",
  options: { ...locationOptions, json: flag("Prints the report as a JSON object.") },
} satisfies Usage;

/** `store verify`: exit code 0 if the store is sound, 1 if not. */
async function verify(args: readonly string[], surroundings: StoreSurroundings): Promise<number> {
  const { values } = readUsage(verifyUsage, args);
  const location = locationOf(verifyUsage, args, surroundings);
  const report = await verified(location, surroundings);
  const { stdio } = surroundings;
  await stdio.print(
    values.json
      ? `${jsonText({ store: withoutPasswords(location), ...report })}\n`
      : text(report, surroundings),
  );
  return report.sound ? 0 : 1;
}

async function verified(location: string, surroundings: StoreSurroundings): Promise<StoreReport> {
  using progress = receiptProgress(surroundings);
  return await verifyStore(location, progress.tell);
}

function text(report: StoreReport, { stdio }: StoreSurroundings): string {
  const { sound, receipts, first, last, miners, faults, faultCount } = report;
  const { status, bold } = palette(stdio.terminal?.colours ?? false);
  const more = faultCount - faults.length;
  const range = receipts === 0 ? "" : `, ${first} to ${last}, of ${counted(miners, "miner")}`;
  return [
    ...faults,
    ...more > 0 ? [`... and ${more} more`] : [],
    `${counted(receipts, "receipt")}${range}`,
  ].map((line) => `${oneLine(line, 1000)}\n`).join("") +
    (sound ? `${status.ok("sound")}\n` : `${bold(status.error("NOT SOUND"))}\n`);
}

const copyUsage = {
  name: "store copy",
  synopsis: ["store copy FROM TO"],
  operand: "FROM",
  takesMany: true,
  about:
    "Copies a store that no server uses into an empty one, a file into PostgreSQL or the other way round, with the " +
    "log, so that clients go on where they were; then holds each value against the copy and verifies the receipts. " +
    "PGPASSWORD is the password of a database whose URL has none.",
  options: {},
} satisfies Usage;

/** `store copy`. */
async function copy(args: readonly string[], surroundings: StoreSurroundings): Promise<number> {
  const { clock, show, stdio } = surroundings;
  const { operands: [from, to, ...others] } = readCommandLine(args, copyUsage);
  if (from === undefined || to === undefined || others.length > 0) {
    throw new UsageError("Expected FROM and TO");
  }
  using line = new ProgressLine(clock, show);
  const report = await copyStore({
    from,
    to,
    clock,
    progress: (step, done, all) =>
      line.tell(() =>
        step === "values" ? `${done} values copied` : `${counted(done, "receipt")}${shareOf(done, all ?? 0)}`
      ),
  });
  await stdio.print(`${withoutPasswords(to)}:\n${text(report, surroundings)}`);
  return report.sound ? 0 : 1;
}

const backupUsage = {
  name: "store backup",
  operand: "FILE",
  about:
    "Makes a backup of the store as it is at one moment, also while servers use it: one file, which is verified " +
    "before it takes its name. A file that is there is not written over.",
  options: locationOptions,
} satisfies Usage;

/** `store backup`. */
async function backup(args: readonly string[], surroundings: StoreSurroundings): Promise<number> {
  const { operand: file } = readUsage(backupUsage, args);
  if (file === undefined) throw new UsageError("Missing FILE");
  const location = locationOf(backupUsage, args, surroundings);
  using progress = receiptProgress(surroundings);
  const { receipts, last } = await backupStore(location, file, progress.tell);
  await surroundings.stdio.print(`${file}: ${counted(receipts, "receipt")}, up to ${last}, verified\n`);
  return 0;
}

const restoreUsage = {
  name: "store restore",
  operand: "FILE",
  about:
    "Puts the store of a backup, once it is verified, where no server uses one. Numbers that were given after the " +
    "backup was made are given again, so that from then on receipts name another lineage.",
  options: { ...locationOptions, force: flag("Replaces a store that is there.") },
} satisfies Usage;

/** `store restore`. */
async function restore(args: readonly string[], surroundings: StoreSurroundings): Promise<number> {
  const { operand: file, values: { force } } = readUsage(restoreUsage, args);
  if (file === undefined) throw new UsageError("Missing FILE");
  const location = locationOf(restoreUsage, args, surroundings);
  const { clock, stdio } = surroundings;
  using progress = receiptProgress(surroundings);
  const { report: { receipts, last }, lineage: { id } } = await restoreStore({
    file,
    location,
    force,
    clock,
    progress: progress.tell,
  });
  await stdio.print(
    `${withoutPasswords(location)}: ${counted(receipts, "receipt")}, up to ${last}, verified; those from ${
      last + 1
    } on are of lineage ${id}\n`,
  );
  return 0;
}

const formats = { ndjson: exportNdjson, csv: exportCsv };

const exportUsage = {
  name: "store export",
  about:
    "Prints what was accepted, with its receipts, in the order of their sequence, also while servers use the store. " +
    "One that is not sound ends it, with exit code 1. In CSV a prediction_id that a spreadsheet would take for a " +
    "formula has an apostrophe before it; the prediction itself is as it was signed.",
  options: {
    ...locationOptions,
    format: setting<keyof typeof formats>(
      oneOf("ndjson", "csv"),
      "ndjson",
      "A JSON object on each line, or CSV (RFC 4180).",
    ),
    after: setting(
      integer(0, 999_999_999_999_999),
      0,
      "The sequence of the receipt after which it begins: the last one of an earlier export.",
    ),
  },
} satisfies Usage;

/** `store export`. */
async function exportStore(
  args: readonly string[],
  surroundings: StoreSurroundings,
): Promise<number> {
  const { values: { format, after } } = readUsage(exportUsage, args);
  const location = locationOf(exportUsage, args, surroundings);
  const lines = formats[format](exportPredictions(location, after));
  for await (const line of lines) await surroundings.stdio.print(line);
  return 0;
}

/** A time, in milliseconds since the Unix epoch. */
const date: Kind<number> = {
  allowed: "a date such as 2026-10-01 (UTC), or a time such as 2026-10-01T12:00:00Z",
  placeholder: "DATE",
  read(raw) {
    const text = String(raw);
    if (!/^\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d))?$/.test(text)) return undefined;
    const time = Date.parse(text);
    return Number.isNaN(time) ? undefined : time;
  },
  show: (time) => new Date(time).toISOString(),
};

const pruneUsage = {
  name: "store prune",
  about:
    "Removes the predictions that were accepted before a date, with their receipts, and the jobs that ended before it, " +
    "for good, in small steps, also while servers use the store. The heads of the chains stay.",
  options: {
    ...locationOptions,
    before: required(date, "The date, which is past."),
    only: optional(oneOf("predictions", "jobs"), "Which of them; without it, both."),
  },
} satisfies Usage;

/** `store prune`. */
async function prune(args: readonly string[], surroundings: StoreSurroundings): Promise<number> {
  const { values: { before, only } } = readUsage(pruneUsage, args);
  const { clock, show, stdio } = surroundings;
  if (before > clock.now()) throw new UsageError("Invalid before: expected a date that is past");
  const location = locationOf(pruneUsage, args, surroundings);
  using line = new ProgressLine(clock, show);
  const kinds: Prunable[] = only === undefined ? ["predictions", "jobs"] : [only];
  const pruned = await pruneStore(
    location,
    before,
    kinds,
    (kind, count) => line.tell(() => `${count} ${kind} pruned`),
  );
  await stdio.print(
    `${withoutPasswords(location)}: ${
      [...pruned].map(([kind, count]) => `${count} ${kind}`).join(", ")
    } pruned\n`,
  );
  return 0;
}

/** How it is called. */
export const usage: Usage = {
  name: "store",
  about:
    "Looks after what the gateway keeps. Which store that is, the setting store says, as a flag, a variable or in the " +
    "file of settings.",
  options: {},
  actions: [verifyUsage, copyUsage, backupUsage, restoreUsage, exportUsage, pruneUsage],
  closing: "Exit code 0: done, or sound; 1: not done, or not sound; 2: wrong usage, or there is no store.",
  examples: [
    "heliograph store verify --store=data/heliograph.db",
    "heliograph store backup /backups/$(date +%F).db",
    "heliograph store copy data/heliograph.db postgres://ann@db.example/heliograph",
    "heliograph store export --format=csv >predictions.csv",
  ],
};

/** `heliograph store`: looks after what the gateway keeps. */
export const run: Command = (args) =>
  runStore(args, {
    stdio: processStdio,
    clock: systemClock,
    env: Deno.env.toObject(),
    readFile: Deno.readTextFileSync,
    show: Deno.stderr.isTerminal() ? (text) => tellSync(Deno.stderr, text) : undefined,
  });

/** {@link run} with surroundings of the caller's choice. */
export async function runStore(args: readonly string[], surroundings: StoreSurroundings): Promise<number> {
  return await runAction(usage, args, {
    ...surroundings,
    failure: (error: Error) => error instanceof StoreMissing ? 2 : 1,
  }, {
    verify: [verifyUsage, verify],
    copy: [copyUsage, copy],
    backup: [backupUsage, backup],
    restore: [restoreUsage, restore],
    export: [exportUsage, exportStore],
    prune: [pruneUsage, prune],
  });
}
