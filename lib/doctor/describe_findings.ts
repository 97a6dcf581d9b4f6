import { type FindingId, findings, kindOf } from "./findings.ts";

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
