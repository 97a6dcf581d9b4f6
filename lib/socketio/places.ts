import { AddressCounts } from "../hub/mod.ts";

/** Room for one session; held by it and by each of its sockets, until all are gone. */
export interface Place {
  /** One more holds it; false when it was given up before. */
  hold(): boolean;
  /** One less does. */
  letGo(): void;
}

/** What {@link Places} are bound to. */
export interface PlaceLimits {
  readonly maxSessions: number;
  readonly maxSessionsPerAddress: number;
  admit(address: string): (() => void) | null;
}

/**
 * Counts sessions, in all and of each address. A socket whose client never reads its end takes memory after its session is
 * over, and so keeps the place.
 */
export class Places {
  readonly #limits: PlaceLimits;
  readonly #byAddress = new AddressCounts();
  #taken = 0;
  #emptied: (() => void) | undefined;

  constructor(limits: PlaceLimits) {
    this.#limits = limits;
  }

  /** Takes a place, or null when there is none. */
  take(address: string): Place | null {
    const { maxSessions, maxSessionsPerAddress, admit } = this.#limits;
    const isFree = this.#taken < maxSessions && this.#byAddress.of(address) < maxSessionsPerAddress;
    const release = isFree ? admit(address) : null;
    if (release === null) return null;
    this.#count(address, 1);
    let holds = 1;
    return {
      hold: () => holds > 0 && (holds += 1) > 0,
      letGo: () => {
        holds -= 1;
        if (holds !== 0) return;
        this.#count(address, -1);
        release();
        if (this.#taken === 0) this.#emptied?.();
      },
    };
  }

  /** Runs `task` when no place is taken any more. */
  whenEmpty(task: () => void): void {
    if (this.#taken === 0) task();
    else this.#emptied = task;
  }

  #count(address: string, change: 1 | -1): void {
    this.#taken += change;
    this.#byAddress.add(address, change);
  }
}
