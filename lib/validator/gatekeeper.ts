import type { CryptoPool } from "../crypto/mod.ts";
import { TokenBuckets } from "../hub/mod.ts";
import { type Clock, formatTimestamp, parseTimestamp, Refusal, timestampWindow } from "../protocol/mod.ts";
import type { Registration } from "./metagraph.ts";
import type { NonceWindow } from "./nonce_window.ts";

/** What a miner's signed message says of itself. */
export interface Claim {
  readonly signer: string;
  readonly timestamp: string;
  readonly nonce: string;
  readonly signature: string;
  readonly signedText: string;
}

// Some ten seconds' work of one core; whoever comes then is told to come back.
const maxPending = 20_000;
const maxPendingSize = 64 * 1024 * 1024;

/** Decides whether a signed message is what it says: registered signer, fresh timestamp, unused nonce, signature. */
export class Gatekeeper {
  readonly #find: (hotkey: string) => Registration | undefined;
  readonly #nonces: NonceWindow;
  readonly #pool: CryptoPool;
  readonly #clock: Clock;
  /** Bad signatures, by address and claimed hotkey: whoever sends many gets no more of them verified. */
  readonly #forgeries: TokenBuckets;
  #pendingSize = 0;

  constructor(options: {
    find: (hotkey: string) => Registration | undefined;
    nonces: NonceWindow;
    pool: CryptoPool;
    clock: Clock;
  }) {
    this.#find = options.find;
    this.#nonces = options.nonces;
    this.#pool = options.pool;
    this.#clock = options.clock;
    this.#forgeries = new TokenBuckets({ rate: 1, burst: 20, clock: options.clock });
  }

  /**
   * Checks a message, the cheap things first, and uses up its nonce.
   *
   * @param from the address that it came from
   * @returns the signer's registration
   * @throws {Refusal} `not_authorized`, `replayed`, `rate_limited`; the nonce is then not used up
   */
  async admit(claim: Claim, from: string): Promise<Registration> {
    const timestamp = this.#checkTimestamp(claim);
    this.registered(claim);
    if (this.#nonces.isUsed(claim.signer, claim.nonce)) throw replayed(claim);
    await this.#checkSignature(claim, `${from} ${claim.signer}`);
    // It may have been removed or blacklisted while the signature was verified.
    const registration = this.registered(claim);
    if (!this.#nonces.claim(claim.signer, claim.nonce, timestamp)) throw replayed(claim);
    return registration;
  }

  /** Gives a nonce back whose message was not served. */
  forgive({ signer, nonce }: Pick<Claim, "signer" | "nonce">): void {
    this.#nonces.release(signer, nonce);
  }

  /** The signer's registration. Throws a {@link Refusal} `not_authorized`. */
  registered(claim: { readonly signer: string; readonly nonce: string | undefined }): Registration {
    const registration = this.#find(claim.signer);
    const refused = registration === undefined
      ? "not registered"
      : registration.blacklisted
      ? "blacklisted"
      : null;
    if (registration === undefined || refused !== null) {
      const details = { detail: `hotkey is ${refused}`, inReplyTo: claim.nonce, status: 403 };
      throw new Refusal("not_authorized", details);
    }
    return registration;
  }

  async #checkSignature(claim: Claim, source: string): Promise<void> {
    const wait = this.#forgeries.wait(source);
    if (wait > 0) throw refusal(claim, "rate_limited", "too many bad signatures", wait);
    if (await this.#verify(claim)) return;
    this.#forgeries.take(source);
    throw refusal(claim, "not_authorized", "bad signature");
  }

  async #verify(claim: Claim): Promise<boolean> {
    const { signedText, signature, signer } = claim;
    if (this.#pool.pending >= maxPending || this.#pendingSize + signedText.length > maxPendingSize) {
      throw refusal(claim, "rate_limited", "too many signatures wait to be verified", 5000);
    }
    this.#pendingSize += signedText.length;
    try {
      return await this.#pool.verify(signedText, signature, signer);
    } finally {
      this.#pendingSize -= signedText.length;
    }
  }

  #checkTimestamp(claim: Claim): number {
    const now = this.#clock.now();
    this.#nonces.forgetBefore(now);
    const timestamp = parseTimestamp(claim.timestamp);
    if (timestamp === null) {
      throw refusal(claim, "invalid_message", "timestamp: expected ISO 8601 in UTC, with Z or +00:00");
    }
    const skew = Math.round((timestamp - now) / 1000);
    if (Math.abs(timestamp - now) <= 1000 * timestampWindow) return timestamp;
    throw refusal(
      claim,
      "not_authorized",
      `timestamp ${claim.timestamp} is ${skew} s off the server's clock (${formatTimestamp(now)}), ` +
        `allowed ${timestampWindow} s`,
    );
  }
}

function replayed(claim: Claim): Refusal {
  return refusal(claim, "replayed", "nonce was used before");
}

function refusal(
  { nonce }: { readonly nonce: string | undefined },
  code: "not_authorized" | "replayed" | "rate_limited" | "invalid_message",
  detail: string,
  retryAfterMs?: number,
): Refusal {
  return new Refusal(code, { detail, inReplyTo: nonce, retryAfterMs });
}
