import type { Judgement } from "../protocol/mod.ts";

/** What operators are told of as it happens, by the name of the event. */
interface OperatorEvents {
  /** Judged lately, oldest first; `skipped` more came than are told. */
  readonly predictions: { readonly predictions: readonly Judgement[]; readonly skipped: number };
  /** What the gateway does, every two seconds. */
  readonly activity: unknown;
  /** An operator did something. */
  readonly audit: unknown;
  /** Games changed. */
  readonly games: { readonly changed: number };
  /** Alerts began to fire, or are over; how many fire. */
  readonly alerts: { readonly firing: number };
  /** Who may connect changed. */
  readonly miners: Record<never, never>;
}

/** An event with its place among all. */
export interface OperatorEvent {
  readonly id: number;
  readonly name: keyof OperatorEvents;
  readonly data: string;
}

/** Events that are kept for whoever comes back, and characters of all of them together: less than may wait for one who reads. */
const [kept, keptCharacters] = [1000, 2 ** 19];

/** Numbers what happens, keeps the latest, and tells those who listen. */
export class EventFeed {
  /** Changes with each start, which numbers events anew. */
  readonly epoch = crypto.randomUUID().slice(0, 8);
  readonly #events: OperatorEvent[] = [];
  #characters = 0;
  #newest = 0;
  readonly #listeners = new Set<(event: OperatorEvent) => void>();

  /** Nobody listens, so that what is only for listeners need not be made. */
  get isUnheard(): boolean {
    return this.#listeners.size === 0;
  }

  emit<Name extends keyof OperatorEvents>(name: Name, data: OperatorEvents[Name]): void {
    const event = { id: this.#newest += 1, name, data: JSON.stringify(data) };
    this.#events.push(event);
    this.#characters += event.data.length;
    while (this.#events.length > kept || this.#characters > keptCharacters) {
      this.#characters -= this.#events.shift()?.data.length ?? 0;
    }
    for (const listener of this.#listeners) listener(event);
  }

  /** What came after an event; undefined where that is not known any more. */
  since(epoch: string, id: number): readonly OperatorEvent[] | undefined {
    const oldest = this.#events[0]?.id ?? this.#newest + 1;
    if (epoch !== this.epoch || id > this.#newest || id + 1 < oldest) return undefined;
    return this.#events.filter((event) => event.id > id);
  }

  listen(listener: (event: OperatorEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
