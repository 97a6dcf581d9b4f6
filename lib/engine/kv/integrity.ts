import { DatabaseSync } from "node:sqlite";
import { logger } from "../../telemetry/mod.ts";
import { isFile } from "./instance_name.ts";

const log = logger("store");
/** Bytes of a store that is read through at every start: a second or two, or ten from a slow disk. */
const maxChecked = 2 * 1024 ** 3;

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
