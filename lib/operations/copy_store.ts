import { isDeepStrictEqual } from "node:util";
import { withoutPasswords } from "../config/mod.ts";
import {
  type Engine,
  type Entry,
  InstanceName,
  InstanceRepository,
  isFile,
  openEngine,
  PredictionRepository,
} from "../engine/mod.ts";
import type { Clock } from "../protocol/mod.ts";
import { ReceiptWalk, type StoreReport } from "./receipt_walk.ts";
import { assertStoreIsThere } from "./store_missing.ts";

/** What is done while a store is copied. */
type CopyStep = "values" | "receipts";

/** How a store is copied. */
interface CopyStoreOptions {
  readonly from: string;
  readonly to: string;
  readonly clock: Clock;
  /** Is told how many values were copied, or receipts verified, and how many there will be as far as that is known. */
  readonly progress?: (step: CopyStep, done: number, all: number | undefined) => void;
}

/** Values that are written at a time, and characters of them. */
const atOnce = 100;
/** What is of no use elsewhere: who is alive, and what was tried. */
const leftBehind: ReadonlySet<string> = new Set(["instances", "probe", "answers", "attendance", "leases"]);
/** What goes by itself goes from the copy after so many milliseconds at the latest: a nonce is used up for minutes. */
const brief: Readonly<Record<string, number>> = {
  nonces: 3_600_000,
  console_sessions: 3_600_000,
  figures: 7 * 86_400_000,
  game_odds: 14 * 86_400_000,
  audit: 90 * 86_400_000,
};
/** Milliseconds since which a server that lives has said so. */
const lifetime = 30_000;

/**
 * Copies a store that no server uses into an empty one, of the same engine or another: values, log and its epoch, so that
 * clients go on where they were. Then all of the copy is held against the store, value by value, and its receipts are
 * verified.
 *
 * @throws {StoreMissing} where there is no store
 * @throws {Error} where servers use it, the other one is not empty, or the copy is not the same
 */
export async function copyStore(
  { from, to, clock, progress = () => {} }: CopyStoreOptions,
): Promise<StoreReport> {
  assertStoreIsThere(from);
  if (isFile(from) && InstanceName.isTaken(from)) throw inUse(from);
  using source = await openEngine(from, { clock });
  const predictions = new PredictionRepository(source);
  await assertUnused(source, from);
  using target = await openEngine(to, { clock });
  await assertEmpty(target, to);
  const { sequence } = await predictions.head();
  let copied = 0;
  for await (const entries of pages(source)) {
    await write(target, entries);
    progress("values", copied += entries.length, undefined);
  }
  await target.adopt(source.log.epoch, source.channels());
  for await (const entries of pages(source)) await assertSame(target, entries);
  if ((await predictions.head()).sequence !== sequence) throw inUse(from);
  const report = await new ReceiptWalk(new PredictionRepository(target)).run((done, all) =>
    progress("receipts", done, all)
  );
  if (report.last !== sequence) {
    throw new Error(`The copy ends at receipt ${report.last}, and not at ${sequence}`);
  }
  return report;
}

async function* pages(engine: Engine): AsyncGenerator<Entry<unknown>[]> {
  let page: Entry<unknown>[] = [];
  for await (const entry of engine.everything()) {
    if (leftBehind.has(entry.key[0])) continue;
    if (page.push(entry) < atOnce) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

async function write(target: Engine, entries: readonly Entry<unknown>[]): Promise<void> {
  await target.transact((transaction) => {
    for (const { key, value } of entries) {
      const expireIn = brief[key[0]];
      transaction.set(key, value, expireIn === undefined ? {} : { expireIn });
    }
    return Promise.resolve();
  });
}

async function assertSame(target: Engine, entries: readonly Entry<unknown>[]): Promise<void> {
  const values = await target.getMany(entries.map(({ key }) => key));
  const other = entries.find(({ value }, index) => !isDeepStrictEqual(value, values[index]));
  if (other === undefined || Object.hasOwn(brief, other.key[0])) return;
  throw new Error(`The copy is not the same: ${other.key.join("/")} differs. Is the store used meanwhile?`);
}

async function assertEmpty(target: Engine, location: string): Promise<void> {
  for await (const { key } of target.everything()) {
    throw new Error(`The store ${withoutPasswords(location)} is not empty: it has ${key.join("/")}`);
  }
}

async function assertUnused(source: Engine, location: string): Promise<void> {
  const [servers, now] = await Promise.all([new InstanceRepository(source).list(), source.now()]);
  if (servers.some(({ heardAt }) => now - heardAt < lifetime)) throw inUse(location);
}

function inUse(location: string): Error {
  return new Error(
    `The store ${
      withoutPasswords(location)
    } is in use: stop its servers, and wait for half a minute if they were killed`,
  );
}
