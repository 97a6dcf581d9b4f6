import type { Timer } from "../protocol/mod.ts";
import type { OutboxEntry } from "./outbox.ts";
import type { SignedMessage } from "./signer.ts";

/** What carries predictions to the validator. Answers come back by other ways. */
export interface Carrier {
  readonly name: "WebSocket" | "HTTP";
  post(message: SignedMessage): void;
}

/** A prediction on its way from the outbox to its decision. */
export interface Item {
  readonly entry: OutboxEntry;
  /** It was in a batch that was refused as a whole, so from now on it is sent by itself. */
  alone: boolean;
  /** The message that it is in; undefined while it waits. */
  flight: Flight | undefined;
  settled: boolean;
}

/** A message with predictions that is not answered in full yet. */
export interface Flight {
  readonly nonce: string;
  readonly carrier: Carrier;
  /** What the timestamp took as the difference between the clocks. */
  readonly skewMs: number;
  readonly items: Set<Item>;
  readonly timer: Timer;
}

/** The messages that are under way. */
export class Flights {
  readonly #flights = new Map<string, Flight>();

  get count(): number {
    return this.#flights.size;
  }

  add(flight: Flight): void {
    this.#flights.set(flight.nonce, flight);
    for (const item of flight.items) item.flight = flight;
  }

  get(nonce: string): Flight | undefined {
    return this.#flights.get(nonce);
  }

  all(): Flight[] {
    return [...this.#flights.values()];
  }

  /** Takes a message out; the answer is the predictions in it that are undecided. */
  land(flight: Flight): Item[] {
    flight.timer.cancel();
    this.#flights.delete(flight.nonce);
    for (const item of flight.items) item.flight = undefined;
    return [...flight.items];
  }

  /** Takes one decided prediction out, and its message with the last one. */
  leave(item: Item): void {
    const { flight } = item;
    if (flight === undefined) return;
    item.flight = undefined;
    flight.items.delete(item);
    if (flight.items.size === 0) this.land(flight);
  }
}
