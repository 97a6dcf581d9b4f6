import { integer, oneOf, setting } from "../../config/mod.ts";
import { exportCsv, exportNdjson, exportPredictions } from "../../operations/mod.ts";
import { readUsage, type Usage } from "../command.ts";
import { locationOf, locationOptions, type StoreSurroundings } from "./surroundings.ts";

const formats = { ndjson: exportNdjson, csv: exportCsv };

/** How `store export` is called. */
export const exportUsage = {
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
export async function exportStore(
  args: readonly string[],
  surroundings: StoreSurroundings,
): Promise<number> {
  const { values: { format, after } } = readUsage(exportUsage, args);
  const location = locationOf(exportUsage, args, surroundings);
  const lines = formats[format](exportPredictions(location, after));
  for await (const line of lines) await surroundings.stdio.print(line);
  return 0;
}
