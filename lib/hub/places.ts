import { systemClock } from "../protocol/clock.ts";
import { Refusal } from "../protocol/errors.ts";
import { AddressCounts, addressGroup } from "./address_group.ts";

/** How many connections there may be. */
interface PlaceLimits {
  /** In all. */
  readonly total: number;
  readonly perAddress: number;
  /** Of those of one address, such as are strangers; without it as many as there are places. */
  readonly strangersPerAddress?: number | undefined;
}

/**
 * How well somebody is known: a `stranger` has said nothing yet that could be understood, somebody `anonymous` was served
 * without having to prove who he is, one who is `proven` did.
 */
type Standing = "stranger" | "anonymous" | "proven";

/** What takes memory on a place, and can be ended at once. */
interface Occupant {
  /** Ends it, whatever its peer does. */
  sever(why: string): void;
}

/** Milliseconds after which somebody who found no place may ask again; a stranger's is free sooner. */
const [comeBackIn, strangersComeBackIn] = [30_000, 5000];

/** Strangers of an address of which some were cut off. */
const distrustedStrangers = 8;

/** Counts connections, in all and of each address, whatever they speak: who wants one takes a place before it gets anything. */
export class Places {
  readonly #limits: PlaceLimits;
  readonly #elapsed: () => number;
  /** Until when. */
  readonly #distrusted = new Map<string, number>();
  readonly #byAddress = new AddressCounts();
  readonly #strangersByAddress = new AddressCounts();
  /** In the order of their coming. */
  readonly #unproven = { stranger: new Set<Place>(), anonymous: new Set<Place>() };
  #taken = 0;
  #firstStranger: () => void = () => {};
  /** One for all places: each has enough of its own to keep. */
  readonly #counting: Counting = {
    settled: (place, from, to) => this.#move(place, from, to),
    abandoned: () => this.#taken -= 1,
    free: ({ address }) => this.#byAddress.add(address, -1),
  };

  /** `elapsed` is that of a clock. */
  constructor(limits: PlaceLimits, elapsed: () => number = systemClock.elapsed) {
    this.#limits = limits;
    this.#elapsed = elapsed;
  }

  /** How many are taken. */
  get taken(): number {
    return this.#taken;
  }

  /** How many are taken by such as are strangers, and by such as are served without a proof. */
  get unproven(): { readonly strangers: number; readonly anonymous: number } {
    return { strangers: this.#unproven.stranger.size, anonymous: this.#unproven.anonymous.size };
  }

  /** Calls `run` whenever a stranger comes while there is no other. */
  onFirstStranger(run: () => void): void {
    this.#firstStranger = run;
  }

  /** Takes a place for a connection of that address. Throws a {@link Refusal} `max_connections` where there is none. */
  take(address: string): Place {
    const { total, perAddress, strangersPerAddress = perAddress } = this.#limits;
    if (this.#taken >= total) throw full(`${total} in all`);
    if (this.#byAddress.of(address) >= perAddress) throw full(`${perAddress} from one address`);
    const strangers = this.#isDistrusted(address)
      ? Math.min(distrustedStrangers, strangersPerAddress)
      : strangersPerAddress;
    if (this.#strangersByAddress.of(address) >= strangers) {
      throw full(`${strangers} from one address before authentication`, strangersComeBackIn);
    }
    this.#taken += 1;
    this.#byAddress.add(address, 1);
    this.#strangersByAddress.add(address, 1);
    const place = new Place(address, this.#counting);
    this.#unproven.stranger.add(place);
    if (this.#unproven.stranger.size === 1) this.#firstStranger();
    return place;
  }

  /** Whom to do without first, those that came last before others: strangers or, where there are none, who is anonymous. */
  leastKnown(): Place[] {
    const { stranger, anonymous } = this.#unproven;
    return [...stranger.size > 0 ? stranger : anonymous].reverse();
  }

  /** Has fewer strangers of an address in until a moment of the clock that these places go by. */
  distrust(address: string, until: number): void {
    this.#distrusted.set(addressGroup(address), until);
  }

  #isDistrusted(address: string): boolean {
    if (this.#distrusted.size === 0) return false;
    const now = this.#elapsed();
    for (const [group, until] of this.#distrusted) if (until <= now) this.#distrusted.delete(group);
    return this.#distrusted.has(addressGroup(address));
  }

  #move(place: Place, from: Standing, to: Standing | "gone"): void {
    if (from === "stranger") this.#strangersByAddress.add(place.address, -1);
    if (from !== "proven") this.#unproven[from].delete(place);
    if (to === "anonymous") this.#unproven.anonymous.add(place);
  }
}

/** Who counts what becomes of places. */
interface Counting {
  settled(place: Place, from: Standing, to: Standing | "gone"): void;
  abandoned(place: Place): void;
  free(place: Place): void;
}

/** Room for one connection, held by all that takes memory for it until the last of them lets it go. */
export class Place {
  readonly address: string;
  readonly #counting: Counting;
  #occupants: readonly Occupant[] = [];
  #standing: Standing | "gone" = "stranger";
  #holders = 1;
  #isAbandoned = false;

  constructor(address: string, counting: Counting) {
    this.address = address;
    this.#counting = counting;
  }

  get standing(): Standing | "gone" {
    return this.#standing;
  }

  /** Its connection is better known than it was. */
  settle(standing: "anonymous" | "proven"): void {
    if (this.#standing === "gone" || this.#standing === "proven") return;
    this.#settle(standing);
  }

  /** Says what to end when the place is wanted back. */
  occupy(occupant: Occupant): void {
    // A list that grows, or is spread into another one, takes room for sixteen more.
    this.#occupants = this.#occupants.concat(occupant);
  }

  /** Ends all that is on it. */
  evict(why: string): void {
    // Who came last knows best how to tell of it.
    for (const occupant of this.#occupants.toReversed()) occupant.sever(why);
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
    this.#counting.free(this);
  }

  /** What still holds it is over and cannot be made to leave: from now on it takes room from its own address alone. */
  abandon(): void {
    if (this.#isAbandoned) return;
    this.#isAbandoned = true;
    this.#settle("gone");
    this.#counting.abandoned(this);
  }

  #settle(standing: Standing | "gone"): void {
    if (this.#standing !== "gone") this.#counting.settled(this, this.#standing, standing);
    this.#standing = standing;
  }
}

function full(detail: string, retryAfterMs: number = comeBackIn): Refusal {
  return new Refusal("max_connections", { detail, retryAfterMs });
}
