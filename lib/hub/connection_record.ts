import type { Close, WallTimes } from "../protocol/mod.ts";
import type { Connection, Family } from "./connection.ts";
import { causeOf, causeOfLoss, type EndCause, endCauses, type EndedBy, noGoodbye } from "./end_causes.ts";

/** How a connection stands, or stood at its end. Times are in milliseconds since the Unix epoch. */
export interface ConnectionRecord {
  readonly id: string;
  readonly family: Family;
  readonly address: string;
  /** Who the peer proved to be: a miner's hotkey, or the id of an API key. */
  readonly peer: string | undefined;
  /** The hotkey that the peer claimed in vain. */
  readonly claimed: string | undefined;
  readonly openedAt: number;
  /** When it authenticated or, where nobody has to, first subscribed. */
  readonly readyAt: number | undefined;
  /** When the last frame came in. */
  readonly heardAt: number;
  /** When the last heartbeat was sent, and when one was last answered. */
  readonly heartbeatAt: number | undefined;
  readonly answeredAt: number | undefined;
  /** Messages. */
  readonly received: number;
  readonly sent: number;
  /** Bytes that wait, or waited at the end, unsent. */
  readonly queued: number;
  /** When this end began to close it. */
  readonly closingAt: number | undefined;
  /** How it ended; undefined while it is open or closing. */
  readonly ending: Ending | undefined;
}

/** How a connection ended. */
interface Ending {
  /** In milliseconds since the Unix epoch. */
  readonly at: number;
  readonly by: EndedBy;
  readonly cause: EndCause;
  /** What is known beyond the cause. */
  readonly detail: string | undefined;
  /** As in the close frame (RFC 6455, section 7.4); the HTTP status where it was refused before there could be one. */
  readonly code: number | undefined;
  readonly reason: string;
  /** Whether it was never let in. */
  readonly refused: boolean;
}

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
    heartbeatAt: heartbeatAt <= openedAt ? undefined : wall(heartbeatAt),
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

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * A copy of at most `length` characters of a text that came from outside. A slice, which is all that parsing makes, would
 * keep the whole of what it was cut from in memory for as long as it is kept itself.
 */
export function ownText(text: string, length: number): string {
  return decoder.decode(encoder.encode(text.slice(0, length)));
}
