import { addressGroup } from "./address_group.ts";

/** The part of what is free that one holder may have beside it: four of them leave two fifths of all, ten a tenth. */
const shareOfFree = 1 / 4;

/**
 * Places or bytes that are shared by everybody. However much some hold, there is something left: nobody may hold more
 * than a quarter of what is free at the time, a fifth of all when nobody else holds anything. Holders are addresses, an
 * IPv6 network of 64 bits being one, or whoever has proved to be somebody.
 */
export class FairShares {
  readonly #total: number;
  readonly #held = new Map<string, number>();
  #used = 0;

  constructor(total: number) {
    this.#total = total;
  }

  /** How much is held, by all together. */
  get used(): number {
    return this.#used;
  }

  /** Whether the holder may have so much more now. */
  hasRoom(holder: string, amount: number): boolean {
    const held = this.#held.get(addressGroup(holder)) ?? 0;
    return held + amount <= (this.#total - this.#used) * shareOfFree;
  }

  /** Takes so much for the holder; false, and nothing is taken, when it may not have it now. */
  take(holder: string, amount: number): boolean {
    if (!this.hasRoom(holder, amount)) return false;
    this.#change(addressGroup(holder), amount);
    return true;
  }

  /** Gives back what was taken. */
  give(holder: string, amount: number): void {
    this.#change(addressGroup(holder), -amount);
  }

  #change(group: string, change: number): void {
    const held = (this.#held.get(group) ?? 0) + change;
    this.#used += change;
    if (held > 0) this.#held.set(group, held);
    else this.#held.delete(group);
  }
}

/** Bytes that those who have proved nothing may make us hold, and those who have an API key or the admin token. */
const [strangerBytes, knownBytes] = [64 * 1024 * 1024, 256 * 1024 * 1024];
/** What anything under way takes beside its bytes. */
const overhead = 8 * 1024;

/** On whose account bytes go: an address, or the name of whoever has proved to be somebody. */
type Holder = { readonly address: string } | { readonly name: string };

/** Bytes of one body or message that comes in or waits to be served; counted until it is released. */
export class ByteLease {
  readonly #shares: FairShares;
  readonly #holder: string;
  #bytes = 0;

  constructor(shares: FairShares, holder: string) {
    this.#shares = shares;
    this.#holder = holder;
  }

  /** Whether there is room for so many more bytes now. */
  hasRoom(bytes: number): boolean {
    return this.#shares.hasRoom(this.#holder, bytes + overhead);
  }

  /** Takes room for so many more bytes; false when there is none. */
  take(bytes: number): boolean {
    const needed = this.#bytes === 0 ? bytes + overhead : bytes;
    if (!this.#shares.take(this.#holder, needed)) return false;
    this.#bytes += needed;
    return true;
  }

  release(): void {
    this.#shares.give(this.#holder, this.#bytes);
    this.#bytes = 0;
  }
}

/**
 * The bytes of all that clients have sent and that is not served yet, over every transport: HTTP bodies, Socket.IO's
 * polling, messages of WebSockets. Whoever has proved nothing shares a small part of it with all others of its address.
 */
export class ByteBudget {
  readonly #strangers: FairShares;
  readonly #known: FairShares;

  /** There is always room for one message of `maxMessageSize` bytes where nothing else is held. */
  constructor({ maxMessageSize }: { maxMessageSize: number }) {
    this.#strangers = new FairShares(Math.max(strangerBytes, 5 * maxMessageSize));
    this.#known = new FairShares(Math.max(knownBytes, 5 * maxMessageSize));
  }

  /** Bytes that are held. */
  get used(): number {
    return this.#strangers.used + this.#known.used;
  }

  /** Begins to count for somebody. */
  lease(holder: Holder): ByteLease {
    return "name" in holder
      ? new ByteLease(this.#known, holder.name)
      : new ByteLease(this.#strangers, holder.address);
  }
}
