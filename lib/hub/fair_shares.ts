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
