/** What the window is divided into: counts are forgotten a slot at a time. */
const slots = 12;

interface Slot<Name extends string> {
  readonly number: number;
  readonly counts: Map<Name, number>;
}

/** How often what happened lately, by name; as few bytes however much happens. */
export class RecentCounts<Name extends string> {
  readonly #slotLength: number;
  #slots: Slot<Name>[] = [];

  /** Counts are forgotten once they are between 11/12 of `window` and `window` milliseconds old. */
  constructor(window: number) {
    this.#slotLength = window / slots;
  }

  add(now: number, name: Name): void {
    const number = this.#slotAt(now);
    let slot = this.#slots.at(-1);
    if (slot?.number !== number) {
      slot = { number, counts: new Map() };
      this.#slots = [...this.#slots, slot].slice(-slots);
    }
    slot.counts.set(name, (slot.counts.get(name) ?? 0) + 1);
  }

  /** Those that there are any of. */
  read(now: number): Map<Name, number> {
    const oldest = this.#slotAt(now) - slots + 1;
    const sums = new Map<Name, number>();
    for (const { number, counts } of this.#slots) {
      if (number < oldest) continue;
      for (const [name, count] of counts) sums.set(name, (sums.get(name) ?? 0) + count);
    }
    return sums;
  }

  #slotAt(now: number): number {
    return Math.floor(now / this.#slotLength);
  }
}
