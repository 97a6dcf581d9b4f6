import type { Family } from "./connection.ts";
import type { EndCause, EndedBy } from "./end_causes.ts";

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
export interface Ending {
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
