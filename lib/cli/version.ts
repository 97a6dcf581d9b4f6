import { buildInfo } from "../telemetry/mod.ts";

/** The version of this program. */
export const version: string = buildInfo.version;

/** What `heliograph --version` prints: version, commit, runtime and platform. */
export function versionLine(): string {
  const origin = buildInfo.commit ?? (Deno.build.standalone ? "unknown commit" : "from source");
  return `heliograph ${version} (${origin}, Deno ${Deno.version.deno}, ${Deno.build.target})\n`;
}
