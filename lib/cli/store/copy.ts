import { readCommandLine, UsageError, withoutPasswords } from "../../config/mod.ts";
import { copyStore } from "../../operations/mod.ts";
import type { Usage } from "../command.ts";
import { ProgressLine, shareOf } from "../progress_line.ts";
import { counted } from "../text.ts";
import { describeReport } from "./report.ts";
import type { StoreSurroundings } from "./surroundings.ts";

/** How `store copy` is called. */
export const copyUsage = {
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
export async function copy(args: readonly string[], surroundings: StoreSurroundings): Promise<number> {
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
  await stdio.print(`${withoutPasswords(to)}:\n${describeReport(report, surroundings)}`);
  return report.sound ? 0 : 1;
}
