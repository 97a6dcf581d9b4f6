import type { Gateway } from "../../lib/gateway/mod.ts";
import type { TurnedAway } from "../../lib/hub/mod.ts";
import { Refusal } from "../../lib/protocol/mod.ts";
import { BadRequest, codeOf } from "./errors.ts";

/** Counts, and remembers, a connection that was refused with an error; answers its id where it has one. */
export function turnAway(
  { hub }: Gateway,
  { family, address, error }: Pick<TurnedAway, "family" | "address"> & { readonly error: unknown },
): string | undefined {
  const status = error instanceof Refusal || error instanceof BadRequest ? error.status : 500;
  const detail = error instanceof Error ? error.message : undefined;
  return hub.turnAway({ family, address, code: codeOf(error), detail, status });
}
