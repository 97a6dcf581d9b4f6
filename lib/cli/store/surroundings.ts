import {
  configGrammar,
  type ConfigSources,
  loadConfig,
  readCommandLine,
  settings,
} from "../../config/mod.ts";
import type { Progress } from "../../operations/mod.ts";
import type { Clock } from "../../protocol/mod.ts";
import type { Usage } from "../command.ts";
import { ProgressLine, shareOf } from "../progress_line.ts";
import type { Stdio } from "../stdio.ts";
import { counted } from "../text.ts";

/** What `heliograph store` gets from around it; tests hand in their own. */
export interface StoreSurroundings extends Omit<ConfigSources, "flags"> {
  readonly stdio: Stdio;
  readonly clock: Clock;
  /** Takes what is shown of the progress; undefined: nobody looks. */
  readonly show: ((text: string) => void) | undefined;
}

/** How the store is named: as for `heliograph serve`, or in its file of settings. */
export const locationOptions = { store: settings.store, config: configGrammar.options.config };

/** Where the store is that a command line, the variables or the file of settings name. */
export function locationOf(
  usage: Usage,
  args: readonly string[],
  { env, readFile }: StoreSurroundings,
): string {
  const { flags } = readCommandLine(args, usage);
  const named = [...flags].filter(([name]) => Object.hasOwn(locationOptions, name));
  return loadConfig({ flags: new Map(named), env, readFile }).config.store;
}

/** Shows how many receipts were verified, until it is disposed of. */
export function receiptProgress(
  { clock, show }: StoreSurroundings,
): Disposable & { readonly tell: Progress } {
  const line = new ProgressLine(clock, show);
  return {
    tell: (done, all) => line.tell(() => `${counted(done, "receipt")}${shareOf(done, all)}`),
    [Symbol.dispose]: () => line[Symbol.dispose](),
  };
}
