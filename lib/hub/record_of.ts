import type { Close, WallTimes } from "../protocol/mod.ts";
import type { Connection } from "./connection.ts";
import type { ConnectionRecord, Ending } from "./connection_record.ts";
import { causeOf, causeOfLoss, endCauses, noGoodbye } from "./end_causes.ts";
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

/** How a connection ended, now that its transport is gone in the way that `gone` says. */
export function endingOf({ closing, closedBy }: Connection, gone: Close, now: number): Ending {
  const close = closing === undefined ? gone : closedBy ?? gone;
  // Deno says 0 where no close frame came.
  const code = close.code || noGoodbye;
  const cause = closing === undefined ? causeOfLoss(code) : causeOf(close);
  return {
    at: now,
    by: endCauses[cause].by,
    cause,
    detail: closing?.detail === undefined ? undefined : ownText(closing.detail, longestText),
    code,
    reason: ownText(close.reason, longestText),
    refused: false,
  };
}
