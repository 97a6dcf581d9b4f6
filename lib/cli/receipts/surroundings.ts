import type { Clock } from "../../protocol/mod.ts";
import type { Stdio } from "../stdio.ts";

/** What `heliograph receipts` gets from around it; tests hand in their own. */
export interface ReceiptsSurroundings {
  readonly stdio: Stdio;
  readonly clock: Clock;
  /** Asks a validator for its address; by default the runtime's own. */
  readonly fetch?: typeof fetch;
  /** Takes what is shown while a file is read; undefined: nobody looks. */
  readonly show: ((text: string) => void) | undefined;
}
