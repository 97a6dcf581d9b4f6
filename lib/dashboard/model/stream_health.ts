import type { StreamSnapshot } from "../../client/stream_client.ts";
import { formatDuration } from "./format.ts";
import { hasRhythm, type ShownStream, shownStreamNames, shownStreams } from "./streams.ts";

/** Whether what the page shows of a stream is true now. */
export interface StreamHealth {
  readonly state: "waiting" | "fresh" | "stale";
  /** Why it is stale: the server's words, or how long nothing has come. */
  readonly reason: string;
  /** How old its newest value is, for people; empty unless it is stale. */
  readonly age: string;
}

const missedPeriods = 3;
/** How long a connection may be gone before receipts, which have no rhythm, count as stale. Milliseconds. */
const patience = 9000;
/** Messages tell their time in whole seconds. */
const imprecision = 1000;

/** Watches how old what is known of each stream is, by the server's clock: all times are its Unix milliseconds. */
export class StreamHealthWatch {
  readonly #knownAt = new Map<ShownStream, number>();

  /** A message came that was true at a time. */
  heard(stream: ShownStream, at: number): void {
    this.#knownAt.set(stream, at);
  }

  /** While there is a connection, silence of a stream without a rhythm means that there is nothing new. */
  connected({ stale }: Pick<StreamSnapshot, "stale">, now: number): void {
    for (const stream of shownStreamNames) {
      const isQuiet = !hasRhythm(stream) && stale[stream] === undefined;
      if (isQuiet && this.#knownAt.has(stream)) this.heard(stream, now);
    }
  }

  judge(stream: ShownStream, { stale }: Pick<StreamSnapshot, "stale">, now: number): StreamHealth {
    const knownAt = this.#knownAt.get(stream);
    const reason = stale[stream];
    const age = knownAt === undefined ? 0 : now - knownAt;
    const told = knownAt === undefined ? "" : formatDuration(age / 1000);
    if (reason !== undefined) return { state: "stale", reason, age: told };
    if (knownAt === undefined) return { state: "waiting", reason: "", age: "" };
    const limit = hasRhythm(stream) ? missedPeriods * shownStreams[stream].period : patience;
    if (age < limit + imprecision) return { state: "fresh", reason: "", age: "" };
    return { state: "stale", reason: "nothing new has arrived", age: told };
  }
}
