import { addressGroup, TokenBuckets } from "../hub/mod.ts";
import type { ApiKeyOwner, ApiKeys } from "./api_keys.ts";
import { type Clock, Refusal } from "../protocol/mod.ts";

/** Wrong keys that one address may try in a second, and at once after a quiet time. */
const [rate, burst] = [1, 20];

/** Checks API keys, over Socket.IO and HTTP alike, and counts the wrong ones of each address. */
export class ApiKeyGate {
  readonly #keys: ApiKeys;
  readonly #wrong: TokenBuckets;

  constructor({ keys, clock }: { keys: ApiKeys; clock: Clock }) {
    this.#keys = keys;
    this.#wrong = new TokenBuckets({ rate, burst, clock });
  }

  /** Whose key it is, null when it is nobody's. Throws a {@link Refusal} `rate_limited` after too many wrong ones. */
  admit(key: unknown, address: string): ApiKeyOwner | null {
    const owner = this.#keys.verify(key);
    // Right keys are taken whatever others at the same address do.
    const group = addressGroup(address);
    if (owner !== null || this.#wrong.take(group)) return owner;
    const retryAfterMs = this.#wrong.wait(group);
    throw new Refusal("rate_limited", { detail: "too many wrong API keys", retryAfterMs });
  }
}
