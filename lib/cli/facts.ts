import type { Stdio } from "./stdio.ts";

/** A few facts by their names: a line each on a terminal, else one JSON object. */
export function facts(all: Readonly<Record<string, string>>, { terminal }: Pick<Stdio, "terminal">): string {
  if (terminal === undefined) return `${JSON.stringify(all)}\n`;
  const width = Math.max(...Object.keys(all).map((name) => name.length));
  return Object.entries(all).map(([name, value]) => `${name.replaceAll("_", " ").padEnd(width)}  ${value}\n`)
    .join("");
}
