import { type connectionStates, Traffic } from "../telemetry/mod.ts";
import type { Connection, Family } from "./connection.ts";

type State = typeof connectionStates[number];

/** What a hub's connections come to at one moment. */
interface Census {
  readonly states: Record<Family, Record<State, number>>;
  /** On the connections that there are. */
  readonly sent: Record<Family, Traffic>;
  /** Bytes that wait unsent. */
  readonly queued: Record<Family, number>;
  /** Bytes that wait unsent on the connection with the most of them. */
  readonly largestQueue: number;
}

/** Counts connections, and what waits on them. */
export function takeCensus(connections: Iterable<Connection>): Census {
  const none = () => ({ pending: 0, open: 0, closing: 0 });
  const states = each(none);
  const sent = each(() => new Traffic());
  const queued = each(() => 0);
  let largestQueue = 0;
  for (const connection of connections) {
    const { family, queued: bytes } = connection;
    states[family][stateOf(connection)] += 1;
    sent[family].add(connection.sent, connection.sentBytes);
    queued[family] += bytes;
    largestQueue = Math.max(largestQueue, bytes);
  }
  return { states, sent, queued, largestQueue };
}

function each<T>(make: () => T): Record<Family, T> {
  return { undecided: make(), miners: make(), streams: make(), events: make(), jobs: make() };
}

/** Families whose clients have to prove who they are. */
const proving: ReadonlySet<Family> = new Set(["undecided", "miners", "jobs"]);

function stateOf({ isOpen, family, peer }: Connection): State {
  if (!isOpen) return "closing";
  return proving.has(family) && peer === undefined ? "pending" : "open";
}
