import { authenticationFindings } from "./findings/authentication.ts";
import { eventsFindings } from "./findings/events.ts";
import { databaseFindings } from "./findings/database.ts";
import type { FindingKind } from "./findings/finding_kind.ts";
export type { FindingKind, Severity } from "./findings/finding_kind.ts";
import { httpFindings } from "./findings/http.ts";
import { machineFindings } from "./findings/machine.ts";
import { proxyFindings } from "./findings/proxy.ts";
import { reachFindings } from "./findings/reach.ts";
import { websocketFindings } from "./findings/websocket.ts";

/** Every finding of the doctor by its id, which stays the same from version to version. Documentation derives from it. */
export const findings = {
  ...reachFindings,
  ...httpFindings,
  ...proxyFindings,
  ...websocketFindings,
  ...authenticationFindings,
  ...eventsFindings,
  ...machineFindings,
  ...databaseFindings,
};

/** The id of a finding. */
export type FindingId = keyof typeof findings;

/** What was found this time. */
export interface Finding {
  readonly id: FindingId;
  /** What exactly was seen. */
  readonly detail: string;
}

/** The table's entry of a finding. */
export function kindOf(id: FindingId): FindingKind {
  return findings[id];
}

const ids = Object.keys(findings) as readonly FindingId[];

/** All that the doctor can find, in Markdown: what it means, why it comes about and what mends it. */
export function describeFindings(): string {
  return `# What the doctor finds\n\n${ids.map(describe).join("\n")}`;
}

/** The same for programs. */
export function listFindings(): string {
  return `${JSON.stringify(ids.map((id) => ({ id, ...kindOf(id) })), null, 2)}\n`;
}

function describe(id: FindingId): string {
  const { severity, title, cause, fix, example } = kindOf(id);
  const code = example === undefined ? "" : `\n\`\`\`\n${example}\n\`\`\`\n`;
  return `## \`${id}\` (${severity}): ${title}\n\n${cause}\n\n${fix}\n${code}`;
}
