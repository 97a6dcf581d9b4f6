import { describeFindings } from "../../lib/doctor/mod.ts";
import { endCauses } from "../../lib/hub/mod.ts";
import { wrapped } from "./wrapped.ts";

const opening = [
  "# Findings",
  "Made from lib/doctor/findings/ and lib/hub/end_causes.ts by `deno task docs`; edit those files, not this one.",
  "What `heliograph doctor` can find, by the id that it prints (and that `--json` has), and how `heliograph why` " +
  "explains the end of a connection. [troubleshooting.md](troubleshooting.md) goes by symptoms. An error makes " +
  "clients fail, a warning some of them or sometimes, and a note leaves the exit code at 0.",
];

/** docs/findings.md. */
export function findingsReference(): string {
  const parts = [
    ...opening.map((paragraph) => wrapped(paragraph)),
    ...describeFindings().replace(/^# .*\n\n/, "").trimEnd().split("\n\n").map(reflowed),
    "## How connections end",
    Object.entries(endCauses).map(([cause, { by, meaning, advice }]) =>
      wrapped(`**\`${cause}\`** (by the ${by}) ${meaning}. ${advice}.`, "- ")
    ).join("\n"),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** Prose in lines of the usual width; headings and code as they are. */
function reflowed(block: string): string {
  return /^(?:#|```|.*\n)/.test(block) ? block : wrapped(block);
}
