import type { Progress } from "../../operations/mod.ts";
import { counted } from "../counted.ts";
import { ProgressLine, shareOf } from "../progress_line.ts";
import type { StoreSurroundings } from "./surroundings.ts";

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
