import { buildInfo } from "../telemetry/mod.ts";

/** Commands that have a task of their own in a checkout. */
const tasks = ["demo", "doctor", "miner"];

/** How a command of this program is called, for hints that are to be typed: of the binary, or as a task of a checkout. */
export function callOf(command: string): string {
  if (Deno.build.standalone) return `heliograph ${command}`;
  return tasks.includes(command) ? `deno task ${command}` : `deno task heliograph ${command}`;
}

/** The version of this program. */
export const version: string = buildInfo.version;

/** What `heliograph --version` prints: version, commit, runtime and platform. */
export function versionLine(): string {
  const origin = buildInfo.commit ?? (Deno.build.standalone ? "unknown commit" : "from source");
  return `heliograph ${version} (${origin}, Deno ${Deno.version.deno}, ${Deno.build.target})\n`;
}
