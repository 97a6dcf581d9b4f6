import { Refusal } from "../protocol/mod.ts";
import { AddressCounts } from "./address_counts.ts";

/** How many connections there may be. */
export interface PlaceLimits {
  /** In all. */
  readonly total: number;
  readonly perAddress: number;
}

/** Milliseconds after which somebody who found no place may ask again. */
const comeBackIn = 30_000;

/** Counts connections, in all and of each address, whatever they speak: who wants one takes a place before it gets anything. */
export class Places {
  readonly #limits: PlaceLimits;
  readonly #byAddress = new AddressCounts();
  #taken = 0;

  constructor(limits: PlaceLimits) {
    this.#limits = limits;
  }

  /** How many are taken. */
  get taken(): number {
    return this.#taken;
  }

  /** Takes a place for a connection of that address. Throws a {@link Refusal} `max_connections` where there is none. */
  take(address: string): Place {
    const { total, perAddress } = this.#limits;
    if (this.#taken >= total) throw full(`${total} in all`);
    if (this.#byAddress.of(address) >= perAddress) throw full(`${perAddress} from one address`);
    this.#taken += 1;
    this.#byAddress.add(address, 1);
    return new Place(address, {
      others: () => this.#taken -= 1,
      address: () => this.#byAddress.add(address, -1),
    });
  }
}

/** For whom a place becomes free: for all others, and for its own address. */
interface Freeing {
  others(): void;
  address(): void;
}

/** Room for one connection, held by all that takes memory for it until the last of them lets it go. */
export class Place {
  readonly address: string;
  readonly #free: Freeing;
  #holders = 1;
  #isAbandoned = false;

  constructor(address: string, free: Freeing) {
    this.address = address;
    this.#free = free;
  }

  /** One more holds it; false when it was given up before. */
  hold(): boolean {
    if (this.#holders === 0) return false;
    this.#holders += 1;
    return true;
  }

  /** One less does. */
  letGo(): void {
    if (this.#holders === 0) return;
    this.#holders -= 1;
    if (this.#holders > 0) return;
    this.abandon();
    this.#free.address();
  }

  /** What still holds it is over and cannot be made to leave: from now on it takes room from its own address alone. */
  abandon(): void {
    if (this.#isAbandoned) return;
    this.#isAbandoned = true;
    this.#free.others();
  }
}

function full(detail: string): Refusal {
  return new Refusal("max_connections", { detail, retryAfterMs: comeBackIn });
}
