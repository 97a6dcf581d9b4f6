import type { StreamSnapshot } from "../../client/stream_client.ts";
import { formatDuration } from "./format.ts";
import { type ShownStream, shownStreamNames, shownStreams } from "./streams.ts";

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

/** Watches when something last came of each stream. */
export class StreamHealthWatch {
  readonly #heardAt = new Map<ShownStream, number>();

  heard(stream: ShownStream, now: number): void {
    this.#heardAt.set(stream, now);
  }

  /** While there is a connection, silence of a stream without a rhythm means that there is nothing new. */
  connected({ stale }: Pick<StreamSnapshot, "stale">, now: number): void {
    for (const stream of shownStreamNames) {
      const isQuiet = shownStreams[stream].period === undefined && stale[stream] === undefined;
      if (isQuiet && this.#heardAt.has(stream)) this.heard(stream, now);
    }
  }

  judge(stream: ShownStream, { stale }: Pick<StreamSnapshot, "stale">, now: number): StreamHealth {
    const heardAt = this.#heardAt.get(stream);
    const reason = stale[stream];
    const silence = heardAt === undefined ? 0 : now - heardAt;
    const age = heardAt === undefined ? "" : formatDuration(silence / 1000);
    if (reason !== undefined) return { state: "stale", reason, age };
    if (heardAt === undefined) return { state: "waiting", reason: "", age: "" };
    const { period } = shownStreams[stream];
    const limit = period === undefined ? patience : missedPeriods * period;
    if (silence <= limit) return { state: "fresh", reason: "", age: "" };
    return { state: "stale", reason: "nothing new has arrived", age };
  }
}
