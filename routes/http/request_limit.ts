import type { MiddlewareHandler } from "hono";
import { addressGroup, TokenBuckets } from "../../lib/hub/mod.ts";
import { type Clock, Refusal } from "../../lib/protocol/mod.ts";
import type { Env } from "./env.ts";

/** Lets `rate` requests a second pass for each key, in bursts of four times that. */
export class RequestLimit {
  readonly #rate: number;
  readonly #buckets: TokenBuckets;

  constructor(rate: number, clock: Clock) {
    this.#rate = rate;
    this.#buckets = new TokenBuckets({ rate, burst: 4 * rate, clock });
  }

  /** Counts a request, or several. Throws a {@link Refusal} `rate_limited`. */
  count(key: string, requests = 1): void {
    if (this.#buckets.take(key, requests)) return;
    const detail = `at most ${this.#rate} a second`;
    throw new Refusal("rate_limited", { detail, retryAfterMs: this.#buckets.wait(key, requests) });
  }
}

/** Bytes of a body for which a stranger could have made a request of its own. */
const bytesPerRequest = 4096;

/** Bounds the requests of each address, and the bytes of those whose sender is not known. */
export function requestLimit(rate: number, clock: Clock): MiddlewareHandler<Env> {
  const limit = new RequestLimit(rate, clock);
  return async (context, next) => {
    const group = addressGroup(context.env.client.address);
    limit.count(group);
    context.set("countBytes", (bytes) => limit.count(group, Math.floor(bytes / bytesPerRequest)));
    await next();
  };
}
