import type { Clock } from "../../protocol/mod.ts";
import type { ConfigSources } from "../../config/mod.ts";
import type { Stdio } from "../stdio.ts";

/** What `heliograph store` gets from around it; tests hand in their own. */
export interface StoreSurroundings extends Omit<ConfigSources, "flags"> {
  readonly stdio: Stdio;
  readonly clock: Clock;
  /** Takes what is shown of the progress; undefined: nobody looks. */
  readonly show: ((text: string) => void) | undefined;
}
