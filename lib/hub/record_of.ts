import type { Close, WallTimes } from "../protocol/mod.ts";
import type { Connection } from "./connection.ts";
import type { ConnectionRecord, Ending } from "./connection_record.ts";
import { causeOf, causeOfLoss, type EndCause, endCauses, noGoodbye } from "./end_causes.ts";
import { ownText } from "./own_text.ts";

const longestText = 200;

/** How a connection stands or, with its ending, stood. */
export function recordOf(connection: Connection, wallTimes: WallTimes, ending?: Ending): ConnectionRecord {
  const { openedAt, heartbeatAt, readyAt, answeredAt, closing } = connection;
  const wall = (moment: number) => wallTimes.of(moment);
  const wallOf = (moment: number | undefined) => moment === undefined ? undefined : wall(moment);
  return {
    id: connection.id,
    family: connection.family,
    address: connection.address,
    peer: connection.peer,
    claimed: connection.claimed,
    openedAt: wall(openedAt),
    readyAt: wallOf(readyAt),
    heardAt: wall(connection.heardAt),
    heartbeatAt: heartbeatAt === openedAt ? undefined : wall(heartbeatAt),
    answeredAt: wallOf(answeredAt),
    received: connection.received,
    sent: connection.sent,
    queued: closing?.queued ?? connection.queued,
    closingAt: wallOf(closing?.at),
    ending,
  };
}

/** How a transport is gone: by a close frame (its code is 0 where none came), or in the words of another protocol. */
export type Gone =
  | Pick<Close, "code" | "reason">
  | { readonly cause: EndCause; readonly reason: string; readonly detail: string | undefined };

/** How a connection ended, now that its transport is gone in the way that `gone` says. */
export function endingOf({ closing, closedBy }: Connection, gone: Gone, now: number): Ending {
  const own = closing === undefined ? undefined : closedBy;
  const { code, reason, cause, detail } = "cause" in gone
    ? { code: undefined, reason: gone.reason, cause: gone.cause, detail: gone.detail }
    : endedByFrame(own ?? gone);
  const why = own === undefined ? cause : causeOf(own);
  const more = closing?.detail ?? detail;
  return {
    at: now,
    by: endCauses[why].by,
    cause: why,
    detail: more === undefined ? undefined : ownText(more, longestText),
    code,
    reason: ownText(reason, longestText),
    refused: false,
  };
}

function endedByFrame({ code, reason }: Pick<Close, "code" | "reason">) {
  // Deno says 0 where no close frame came.
  const known = code || noGoodbye;
  return { code: known, reason, cause: causeOfLoss(known), detail: undefined };
}
