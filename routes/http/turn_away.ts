import type { Gateway } from "../../lib/gateway/mod.ts";
import { type EndCause, endCauses, type Family } from "../../lib/hub/mod.ts";
import { Refusal } from "../../lib/protocol/mod.ts";
import { BadRequest, codeOf } from "./errors.ts";

/** Somebody who asked for a connection, and what he was told instead. */
export interface Refused {
  readonly family: Family;
  readonly address: string;
  readonly error: unknown;
}

/** Counts a connection that was refused and, where its cause is one for connections, remembers it; answers its id. */
export function turnAway(
  { hub, activity }: Gateway,
  { family, address, error }: Refused,
): string | undefined {
  const code = codeOf(error);
  activity.refuse(code);
  if (!isEndCause(code)) return undefined;
  const status = error instanceof Refusal || error instanceof BadRequest ? error.status : 500;
  const detail = error instanceof Error ? error.message : undefined;
  return hub.records.turnedAway({ family, address, cause: code, detail, code: status });
}

function isEndCause(code: string): code is EndCause {
  return Object.hasOwn(endCauses, code);
}
