import { DatabaseSync } from "node:sqlite";
import { receiptHash } from "../../protocol/mod.ts";
import { logger } from "../../telemetry/mod.ts";
import { isFile } from "../instance_name.ts";
import { PredictionRepository } from "../repositories/predictions.ts";

const log = logger("store");
/** Bytes of a store that is read through at every start: a second or two, or ten from a slow disk. */
const maxChecked = 2 * 1024 ** 3;
/** Newest receipts that are held against their predictions and each other. */
const newest = 100;

/** Looks for damage in a store's file. Throws an error that says what was found. */
export function assertFileIsSound(location: string): void {
  if (!isFile(location)) return;
  const { size } = Deno.statSync(location);
  if (size > maxChecked) {
    log.warning(
      "The store has {size} bytes, too many to be read through at a start: its newest receipts alone are",
      {
        size,
      },
    );
    return;
  }
  const file = new DatabaseSync(location, { readOnly: true });
  try {
    const found = file.prepare("PRAGMA quick_check(1)").get()?.["quick_check"];
    if (found !== "ok") throw new Error(`it is damaged: ${found}`);
  } finally {
    file.close();
  }
}

/** Holds the newest predictions against the heads of the chains. Throws an error that says what was found. */
export async function assertChainIsSound(database: Deno.Kv): Promise<void> {
  const repository = new PredictionRepository(database);
  const { sequence } = await repository.head();
  const first = Math.max(0, sequence - newest);
  const records = await repository.after(first, newest + 1);
  if (records.length !== sequence - first || records.at(-1)?.receipt.sequence !== (sequence || undefined)) {
    throw new Error(`it is damaged: receipts ${first + 1} to ${sequence} are not all there`);
  }
  const last = new Map(records.map((record) => [record.hotkey, record]));
  const heads = await repository.minerHeads([...last.keys()]);
  [...last.values()].forEach(({ hotkey, receipt }, index) => {
    const head = heads[index];
    if (head?.sequence === receipt.miner_sequence && head.previous === receiptHash(receipt)) return;
    throw new Error(`it is damaged: the head of ${hotkey} does not follow its receipt ${receipt.sequence}`);
  });
}
