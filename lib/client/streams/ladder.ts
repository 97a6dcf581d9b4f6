import type { Wait } from "../reconnector.ts";
import type { CarrierEnd } from "./carrier.ts";
import type { StreamTransport } from "./snapshot.ts";

/** Attempts that fail in a row before the next transport has its turn: doubled while nothing answers at all. */
const [leastPatience, mostPatience] = [2, 8];

/** What to try next, and when. */
export interface Step {
  readonly transport: StreamTransport;
  /** `longest`: the refusal will not change soon. */
  readonly delay: "none" | Wait;
}

const below: Readonly<Record<StreamTransport, StreamTransport | undefined>> = {
  websocket: "sse",
  sse: "poll",
  poll: undefined,
};

/** The order in which transports are tried: down while nothing gets through, and from the top again. */
export class Ladder {
  readonly #top: StreamTransport;
  readonly #fallback: boolean;
  readonly #failures: Record<StreamTransport, number> = { websocket: 0, sse: 0, poll: 0 };
  #current: StreamTransport;
  /** What brought messages last. */
  #proven: StreamTransport;
  #patience = leastPatience;

  constructor(top: StreamTransport, fallback: boolean) {
    this.#top = this.#current = this.#proven = top;
    this.#fallback = fallback;
  }

  /** What is tried now. */
  get current(): StreamTransport {
    return this.#current;
  }

  /** How often a transport has failed in a row. */
  failures(transport: StreamTransport): number {
    return this.#failures[transport];
  }

  /** A transport brings messages, and is kept to. */
  succeeded(transport: StreamTransport): void {
    this.#current = this.#proven = transport;
    this.#failures[transport] = 0;
    this.#patience = leastPatience;
  }

  /** The current transport has ended. */
  next(end: CarrierEnd): Step {
    const { current } = this;
    const delay = delayAfter(end);
    if (end.heard && !end.silent) return { transport: current, delay };
    if (end.unreachable) return { transport: this.#startOver(), delay };
    const failures = this.#failures[current] += 1;
    const patient = !end.silent && failures < this.#patience;
    if (!this.#fallback || (patient && current !== "poll")) return { transport: current, delay };
    const next = below[current];
    this.#current = next ?? this.#top;
    // What failed may well be this transport alone, so that the next need not wait.
    return { transport: this.#current, delay: next === undefined ? delay : "none" };
  }

  /** Nothing answers. What worked last is tried before others, for a browser writes a line of each that fails. */
  #startOver(): StreamTransport {
    this.#patience = Math.min(mostPatience, 2 * this.#patience);
    this.#failures[this.#top] = this.#proven === this.#top ? 0 : this.#patience - 1;
    return this.#current = this.#top;
  }
}

function delayAfter({ retryAfterMs, refused }: CarrierEnd): Step["delay"] {
  if (retryAfterMs !== undefined) return { ms: retryAfterMs };
  return refused ? "longest" : "backoff";
}
