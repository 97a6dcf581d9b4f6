/** How many slots of half an hour make a day. */
export const slotCount = 48;

/** What became of a miner's predictions in the last day, in slots of half an hour, the oldest first. */
export interface MinerDay {
  readonly accepted: readonly number[];
  readonly refused: readonly number[];
}

/** What is known of a miner's predictions since the start. */
export interface MinerFigures {
  readonly accepted: number;
  readonly refused: number;
  /** When the last one was judged, in milliseconds since the Unix epoch. */
  readonly lastAt: number;
  /** Why the last refused one was, and when. */
  readonly lastError: string | null;
  readonly lastErrorAt: number;
}

/** The days of miners, from one time on. */
export interface MinersDay {
  /** When the first slot began, in milliseconds since the Unix epoch. */
  readonly from: number;
  readonly days: ReadonlyMap<string, MinerDay>;
}

/** A {@link MinersDay} as one server tells it to another: of each miner the slots in which it predicted. */
export interface ToldDay {
  readonly from: number;
  readonly miners: readonly (readonly [
    hotkey: string,
    slots: readonly (readonly [place: number, accepted: number, refused: number])[],
  ])[];
}

/** What several servers know of a miner, together. */
export function addFigures(one: MinerFigures | undefined, other: MinerFigures): MinerFigures {
  if (one === undefined) return other;
  const { lastError, lastErrorAt } = one.lastErrorAt > other.lastErrorAt ? one : other;
  return {
    accepted: one.accepted + other.accepted,
    refused: one.refused + other.refused,
    lastAt: Math.max(one.lastAt, other.lastAt),
    lastError,
    lastErrorAt,
  };
}

/** What a server tells of its day, of so many miners at most. */
export function tellDay({ from, days }: MinersDay, most: number): ToldDay {
  const miners = [...days].slice(0, most).map(([hotkey, { accepted, refused }]) => {
    const slots = accepted.map((count, place) => [place, count, refused[place] ?? 0] as const);
    return [hotkey, slots.filter(([, good, bad]) => good + bad > 0)] as const;
  });
  return { from, miners };
}

/** A day with what other servers tell of theirs; what began at another time goes where it was. */
export function addDays({ from, days }: MinersDay, told: Iterable<ToldDay>, interval: number): MinersDay {
  const sum = new Map(days);
  for (const { from: theirs, miners } of told) {
    const later = Math.round((theirs - from) / interval);
    for (const [hotkey, slots] of miners) {
      const { accepted, refused } = sum.get(hotkey) ?? { accepted: none, refused: none };
      const day = { accepted: [...accepted], refused: [...refused] };
      for (const [place, good, bad] of slots) {
        // A clock may be ahead of this one; nobody's is a slot ahead for long.
        const here = Math.min(place + later, slotCount - 1);
        if (here < 0) continue;
        day.accepted[here] = (day.accepted[here] ?? 0) + good;
        day.refused[here] = (day.refused[here] ?? 0) + bad;
      }
      sum.set(hotkey, day);
    }
  }
  return { from, days: sum };
}

const none: readonly number[] = new Array<number>(slotCount).fill(0);
