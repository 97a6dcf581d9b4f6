import { type Clock, Refusal } from "../protocol/mod.ts";
import type { DendriteRequest } from "./dendrite.ts";

const nanosecondsPerMs = 1_000_000n;
/** Milliseconds for which an endpoint's last nonce is kept: longer than any nonce is accepted as a first one. */
const memory = 600_000;
/** Endpoints beyond which the one that was silent longest is forgotten. */
const mostEndpoints = 100_000;

interface Last {
  readonly nonce: bigint;
  /** A moment of the clock's `elapsed`. */
  readonly at: number;
}

/** The nonces of dendrites: each endpoint's rise, and its first is fresh. */
export class RisingNonces {
  readonly #clock: Clock;
  /** In the order in which they were heard from. */
  readonly #last = new Map<string, Last>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Throws a {@link Refusal} `not_authorized` where a request's nonce is stale or does not rise. */
  check({ endpoint, nonce, tolerance }: DendriteRequest): void {
    const last = this.#last.get(endpoint);
    if (last !== undefined && nonce <= last.nonce) {
      throw new Refusal("not_authorized", { detail: "the nonce is not above the last one of this endpoint" });
    }
    const age = this.#clock.now() - Number(nonce / nanosecondsPerMs);
    if (last !== undefined || Math.abs(age) <= tolerance) return;
    const [seconds, allowed] = [age, tolerance].map((ms) => (ms / 1000).toFixed(2));
    throw new Refusal("not_authorized", {
      detail: `the nonce is ${seconds} s off the server's clock, allowed ${allowed} s`,
    });
  }

  /** Uses a nonce up whose signature is good. Throws as {@link check}: another request may have come first. */
  use(request: DendriteRequest): void {
    this.check(request);
    const now = this.#clock.elapsed();
    this.#last.delete(request.endpoint);
    this.#last.set(request.endpoint, { nonce: request.nonce, at: now });
    for (const [endpoint, { at }] of this.#last) {
      if (now - at <= memory && this.#last.size <= mostEndpoints) return;
      this.#last.delete(endpoint);
    }
  }
}
