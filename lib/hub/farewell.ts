import { type Clock, Refusal, sleep, within } from "../protocol/mod.ts";
import type { Connection } from "./connection.ts";
import type { Hub } from "./hub.ts";

/** Milliseconds between two steps. */
const step = 100;
/** Clients in a step at least; so many come back at once without anybody noticing. */
const leastPerStep = 50;
const longestFarewell = 10_000;
/** Milliseconds for what waits unsent to go out, and for clients to answer the close. */
const patience = 5000;

/**
 * Sends a hub's clients away: some in each step, each with its own time to come back, and not before what waits for
 * it has gone out. Resolves when all are gone, or at the deadline, a moment of `clock.elapsed()`.
 */
export class Farewell {
  readonly #hub: Hub;
  readonly #clock: Clock;
  readonly #deadline: number;
  readonly #perStep: number;

  constructor({ hub, clock, deadline }: { hub: Hub; clock: Clock; deadline: number }) {
    this.#hub = hub;
    this.#clock = clock;
    this.#deadline = deadline;
    const duration = Math.min(longestFarewell, (deadline - clock.elapsed()) / 2);
    this.#perStep = Math.max(leastPerStep, Math.ceil(hub.size * step / Math.max(step, duration)));
  }

  async say(): Promise<void> {
    let waiting = this.#open();
    const lastSlow = Math.min(this.#deadline, this.#clock.elapsed() + longestFarewell + patience);
    while (waiting.length > 0 && this.#clock.elapsed() < lastSlow) {
      const ready = waiting.filter((connection) => !connection.isBacklogged).slice(0, this.#perStep);
      ready.forEach(dismiss);
      waiting = this.#open();
      if (waiting.length > 0) await sleep(this.#clock, step);
    }
    waiting.forEach(dismiss);
    // Clients have answered the close by then, or have had their time to.
    const last = Math.min(this.#deadline, this.#clock.elapsed() + patience);
    await within(this.#clock, last, this.#hub.emptied());
  }

  #open(): Connection[] {
    return [...this.#hub.connections()].filter(({ isOpen }) => isOpen);
  }
}

function dismiss(connection: Connection): void {
  connection.refuse(new Refusal("server_closing"));
}

const soonest = 1000;
const longestSpread = 60_000;
/** Milliseconds, such that no more than a hundred clients come back in a second. */
const perClient = 10;

/** Milliseconds after which clients that are sent away come back: for each its own, spread evenly. */
export class ReturnTimes {
  readonly #slots: number;
  readonly #width: number;
  #given = 0;

  /** For so many clients; more begin anew. */
  constructor(clients: number) {
    this.#slots = Math.max(1, clients);
    const spread = Math.min(longestSpread, 1000 + perClient * clients);
    this.#width = Math.max(1, Math.floor(spread / this.#slots));
  }

  next(): number {
    const slot = this.#given % this.#slots;
    this.#given += 1;
    return soonest + slot * this.#width + Math.floor(Math.random() * this.#width);
  }
}
