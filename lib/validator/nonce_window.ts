import { timestampWindow } from "../protocol/mod.ts";

const bucketLength = 60_000;
const memory = 1000 * timestampWindow;

/** Remembers which nonces were used, for as long as the timestamps of their messages are accepted. */
export class NonceWindow {
  /** By the minute of the message's timestamp. */
  readonly #buckets = new Map<number, Set<string>>();

  /** Uses a nonce up; false when it was used before. */
  claim(signer: string, nonce: string, timestamp: number): boolean {
    const key = keyOf(signer, nonce);
    if (this.#has(key)) return false;
    const minute = Math.floor(timestamp / bucketLength);
    const bucket = this.#buckets.get(minute);
    if (bucket === undefined) this.#buckets.set(minute, new Set([key]));
    else bucket.add(key);
    return true;
  }

  /** Whether the nonce was used with any timestamp that is still accepted. */
  isUsed(signer: string, nonce: string): boolean {
    return this.#has(keyOf(signer, nonce));
  }

  /** Makes a nonce usable again whose message was not served for no fault of its own. */
  release(signer: string, nonce: string): void {
    const key = keyOf(signer, nonce);
    for (const bucket of this.#buckets.values()) bucket.delete(key);
  }

  /** Forgets what is older than any message that would be accepted at `now`. */
  forgetBefore(now: number): void {
    for (const minute of this.#buckets.keys()) {
      if ((minute + 1) * bucketLength < now - memory) this.#buckets.delete(minute);
    }
  }

  #has(key: string): boolean {
    for (const bucket of this.#buckets.values()) if (bucket.has(key)) return true;
    return false;
  }
}

function keyOf(signer: string, nonce: string): string {
  return `${signer} ${nonce}`;
}
