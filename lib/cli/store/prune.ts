import { type Kind, oneOf, optional, required, UsageError, withoutPasswords } from "../../config/mod.ts";
import { type Prunable, pruneStore } from "../../operations/mod.ts";
import { readUsage, type Usage } from "../command.ts";
import { ProgressLine } from "../progress_line.ts";
import { locationOf, locationOptions, type StoreSurroundings } from "./surroundings.ts";

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

/** How `store prune` is called. */
export const pruneUsage = {
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
export async function prune(args: readonly string[], surroundings: StoreSurroundings): Promise<number> {
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
