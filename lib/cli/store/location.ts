import { configGrammar, loadConfig, readCommandLine, settings } from "../../config/mod.ts";
import type { Usage } from "../command.ts";
import type { StoreSurroundings } from "./surroundings.ts";

/** How the store is named: as for `heliograph serve`, or in its file of settings. */
export const locationOptions = { kv: settings.kv, config: configGrammar.options.config };

/** Where the store is that a command line, the variables or the file of settings name. */
export function locationOf(
  usage: Usage,
  args: readonly string[],
  { env, readFile }: StoreSurroundings,
): string {
  const { flags } = readCommandLine(args, usage);
  const named = [...flags].filter(([name]) => Object.hasOwn(locationOptions, name));
  return loadConfig({ flags: new Map(named), env, readFile }).config.kv;
}
