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
  const found = check(location, "quick_check");
  if (found !== "ok") throw new Error(`it is damaged: ${found}`);
}

/** Reads all of a store's file, its indexes included, however large it is. Answers what is damaged; undefined where nothing is. */
export function damageOf(location: string): string | undefined {
  if (!isFile(location)) return undefined;
  const found = check(location, "integrity_check");
  return found === "ok" ? undefined : found;
}

function check(location: string, pragma: "quick_check" | "integrity_check"): string {
  const file = new DatabaseSync(location, { readOnly: true });
  try {
    return String(file.prepare(`PRAGMA ${pragma}(1)`).get()?.[pragma]);
  } finally {
    file.close();
  }
}
