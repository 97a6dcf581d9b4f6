import { type ExactJson, Rendered, type Timer } from "../protocol/mod.ts";
import type { Context } from "./context.ts";
import type { Failure } from "./failures.ts";
import { type Carrier, type Flight, Flights, type Item } from "./flights.ts";
import type { OutboxEntry } from "./outbox.ts";
import { RateLimit, WaitingLine } from "./waiting_line.ts";
import type { Signer } from "./signer.ts";

/** A message unanswered for this long is sent again. */
const answerMs = 30_000;
/** Messages under way at once. */
const windowSize = 4;
/** Messages a second; the gateway allows 50, heartbeats and all. */
const messageRate = 40;
/** Pauses after temporary errors that name none themselves grow from one second up to this. */
const longestPauseMs = 60_000;

/** Decides which prediction is sent when, and sends it again until it is decided. */
export class Scheduler {
  readonly #context: Context;
  readonly #signer: Signer;
  readonly #maximumMs: number;
  readonly #refused: (id: string, message: string) => void;
  readonly #line = new WaitingLine();
  readonly #flights = new Flights();
  readonly #items = new Map<string, Item>();
  readonly #rate: RateLimit;
  #carrier: Carrier | undefined;
  #window = windowSize;
  #pausedUntil = 0;
  #failures = 0;
  #wake: Timer | undefined;

  /** `maximumMs` bounds every pause; `refused` is told what no message can ever carry. */
  constructor(
    context: Context,
    parts: { signer: Signer; maximumMs: number; refused: (id: string, message: string) => void },
  ) {
    this.#context = context;
    this.#signer = parts.signer;
    this.#maximumMs = parts.maximumMs;
    this.#refused = parts.refused;
    this.#rate = new RateLimit(context.clock, messageRate);
  }

  add(entry: OutboxEntry): void {
    const item = { entry, alone: false, flight: undefined, settled: false };
    this.#items.set(entry.id, item);
    this.#line.append(item);
    this.#pump();
  }

  /** From now on predictions go this way; undefined: they wait. */
  use(carrier: Carrier | undefined): void {
    this.#carrier = carrier;
    this.#pausedUntil = 0;
    this.#pump();
  }

  /** A carrier's connection is gone, so what it carried may not have arrived. */
  lost(carrier: Carrier): void {
    if (this.#carrier === carrier) this.#carrier = undefined;
    const flights = this.#flights.all().filter((flight) => flight.carrier === carrier);
    this.#line.putBack(flights.flatMap((flight) => this.#flights.land(flight)));
    this.#pump();
  }

  /** A prediction is decided. */
  settle(id: string): void {
    const item = this.#items.get(id);
    if (item === undefined) return;
    item.settled = true;
    this.#items.delete(id);
    this.#flights.leave(item);
    this.#window = windowSize;
    this.#failures = 0;
    this.#signer.accepted();
    this.#pump();
  }

  /** A message was not taken. False when it is none of those under way. */
  fail(failure: Failure): boolean {
    const flight = this.#flights.get(failure.inReplyTo ?? "");
    if (flight === undefined) {
      if (failure.code === "rate_limited") this.#pause(failure);
      return false;
    }
    const items = this.#flights.land(flight);
    this.#handle(failure, flight, items);
    this.#pump();
    return true;
  }

  /** The connection was closed because a message was too large, without saying which. */
  tooLarge(): void {
    this.#line.shrink();
    const flights = this.#flights.all();
    const items = flights.flatMap((flight) => this.#flights.land(flight));
    if (flights.length === 1) return this.#unfit(items, "Prediction is larger than the validator takes");
    // One at a time from here, so that the next such close names its cause.
    this.#window = 1;
    for (const item of items) item.alone = true;
    this.#line.putBack(items);
  }

  stop(): void {
    this.#carrier = undefined;
    this.#wake?.cancel();
    for (const flight of this.#flights.all()) this.#flights.land(flight);
  }

  #handle(failure: Failure, flight: Flight, items: readonly Item[]): void {
    if (failure.tooLarge) this.#line.shrink();
    if (failure.verdict === "unfit") return this.#unfit(items, failure.message);
    this.#line.putBack(items);
    if (failure.verdict === "again" || this.#clockCorrected(failure, flight)) return;
    // A carrier that is not used any more says nothing about the one that is.
    if (flight.carrier === this.#carrier) this.#pause(failure);
  }

  #unfit(items: readonly Item[], message: string): void {
    const [only, ...others] = items;
    if (only !== undefined && others.length === 0) return this.#refused(only.entry.id, message);
    for (const item of items) item.alone = true;
    this.#line.putBack(items);
  }

  /** Whether the time in the message was wrong and is right by now. */
  #clockCorrected({ serverTime }: Failure, { skewMs }: Flight): boolean {
    if (serverTime === undefined) return false;
    return skewMs !== this.#signer.skewMs || this.#signer.adjust(serverTime);
  }

  #pause({ verdict, retryAfterMs }: Failure): void {
    const growing = Math.min(longestPauseMs, 1000 * 2 ** Math.min(this.#failures++, 10));
    const wanted = verdict === "blocked" ? this.#maximumMs : retryAfterMs ?? growing;
    const until = this.#context.clock.elapsed() + Math.min(wanted, this.#maximumMs);
    this.#pausedUntil = Math.max(this.#pausedUntil, until);
  }

  #pump(): void {
    this.#wake?.cancel();
    while (this.#carrier !== undefined && this.#flights.count < this.#window && !this.#line.empty) {
      const waitMs = Math.max(this.#pausedUntil - this.#context.clock.elapsed(), this.#rate.waitMs);
      if (waitMs > 0) {
        this.#wake = this.#context.clock.after(waitMs, () => this.#pump());
        return;
      }
      this.#send(this.#carrier, this.#line.take());
    }
  }

  #send(carrier: Carrier, items: readonly Item[]): void {
    const message = this.#signer.message("prediction", dataOf(items));
    const { nonce } = message;
    const timer = this.#context.clock.after(answerMs, () => this.#unanswered(nonce));
    this.#flights.add({ nonce, carrier, skewMs: this.#signer.skewMs, items: new Set(items), timer });
    this.#rate.take();
    carrier.post(message);
    if (this.#flights.get(nonce) === undefined) return;
    for (const { entry } of items) {
      this.#context.log("info", `Pushed prediction ${entry.id} via ${carrier.name}`, { nonce });
    }
  }

  #unanswered(nonce: string): void {
    const flight = this.#flights.get(nonce);
    if (flight === undefined) return;
    this.#line.putBack(this.#flights.land(flight));
    this.#pump();
  }
}

function dataOf(items: readonly Item[]): ExactJson {
  const predictions = items.map(({ entry }) => new Rendered(entry.text));
  return predictions.length === 1 && predictions[0] ? predictions[0] : { predictions };
}
