import type { NonceRepository, Transaction } from "../engine/mod.ts";
import type { CryptoPool } from "../crypto/mod.ts";
import {
  type Clock,
  type Denial,
  formatTimestamp,
  parseTimestamp,
  Refusal,
  timestampWindow,
} from "../protocol/mod.ts";
import { Activity, stopwatch } from "../telemetry/mod.ts";
import { FairQueue } from "./fair_queue.ts";
import type { Registration } from "./metagraph.ts";
import type { NonceWindow } from "./nonce_window.ts";
import { type Account, type Origin, Suspects } from "./suspects.ts";

/** What a miner's signed message says of itself. */
export interface Claim {
  readonly signer: string;
  readonly timestamp: string;
  readonly nonce: string;
  readonly signature: string;
  /** The validator that the message is for; undefined: it names none. */
  readonly validator?: string | undefined;
  readonly signedText: string;
}

/** Bytes that may wait to be verified, some ten seconds' work of one core; whoever comes then is told to come back. */
const maxWaiting = 64 * 1024 * 1024;
/** Bytes that a message takes beside its text. */
const overhead = 2048;
/** Jobs for each worker beyond which signatures take turns; above what the notary waits for. */
const longBacklog = 32;

/** Milliseconds for which the timestamp of a message may be accepted: it may be ahead as well as behind. */
const remembered = 2 * 1000 * timestampWindow;

/** Decides whether a signed message is what it says: registered signer, fresh timestamp, unused nonce, signature. */
export class Gatekeeper {
  readonly #address: string;
  readonly #find: (hotkey: string) => Registration | undefined;
  readonly #nonces: NonceWindow;
  readonly #kept: Pick<NonceRepository, "claim">;
  readonly #pool: CryptoPool;
  readonly #clock: Clock;
  readonly #activity: Activity;
  readonly #suspects: Suspects;
  readonly #queue: FairQueue;

  constructor(options: {
    /** This validator's own. */
    address: string;
    find: (hotkey: string) => Registration | undefined;
    nonces: NonceWindow;
    /** Nonces that the store remembers. */
    kept: Pick<NonceRepository, "claim">;
    pool: CryptoPool;
    clock: Clock;
    activity?: Activity;
  }) {
    this.#address = options.address;
    this.#find = options.find;
    this.#nonces = options.nonces;
    this.#kept = options.kept;
    this.#pool = options.pool;
    this.#clock = options.clock;
    this.#activity = options.activity ?? new Activity();
    this.#suspects = new Suspects(options.clock);
    const { pool } = options;
    this.#queue = new FairQueue({ maxCost: maxWaiting, hasRoom: () => pool.backlog < longBacklog });
  }

  /**
   * Checks a message, the cheap things first, and uses up its nonce.
   *
   * @param from on whose account bad signatures go
   * @returns the signer's registration
   * @throws {Refusal} `not_authorized`, `replayed`, `rate_limited`; the nonce is then not used up
   */
  async admit(claim: Claim, from: Origin): Promise<Registration> {
    const timestamp = this.#checkTimestamp(claim);
    this.#checkValidator(claim);
    this.registered(claim);
    if (this.#nonces.isUsed(claim.signer, claim.nonce)) throw replayed(claim);
    await this.#checkSignature(claim, this.#suspects.accountOf(from, claim.signer));
    // It may have been removed or blacklisted while the signature was verified.
    const registration = this.registered(claim);
    if (!this.#nonces.claim(claim.signer, claim.nonce, timestamp)) throw replayed(claim);
    return registration;
  }

  /**
   * Takes a client's word for who it is: all is checked but a signature.
   *
   * @throws {Refusal} as for {@link admit}
   */
  admitUnsigned(claim: Pick<Claim, "signer" | "timestamp" | "nonce">): Registration {
    const timestamp = this.#checkTimestamp(claim);
    const registration = this.registered(claim);
    if (!this.#nonces.claim(claim.signer, claim.nonce, timestamp)) throw replayed(claim);
    return registration;
  }

  /**
   * Has the store remember the nonce of a message that was admitted, so that no restart and no other server of the store
   * lets it in again; `also` is done in the same transaction.
   *
   * @throws {Refusal} `replayed`; `internal_error` when the store cannot commit
   */
  async remember(claim: Claim, also?: (transaction: Transaction) => Promise<void>): Promise<void> {
    let isNew: boolean;
    try {
      isNew = await this.#kept.claim(claim.signer, claim.nonce, remembered, also);
    } catch (cause) {
      this.forgive(claim);
      const details = {
        detail: "the store cannot commit",
        inReplyTo: claim.nonce,
        retryAfterMs: 5000,
        cause,
      };
      throw new Refusal("internal_error", details);
    }
    if (!isNew) throw replayed(claim);
  }

  /** Signatures that wait to be made or verified. */
  get pending(): number {
    return this.#pool.pending + this.#queue.size;
  }

  /** Gives a nonce back whose message was not served. */
  forgive({ signer, nonce }: Pick<Claim, "signer" | "nonce">): void {
    this.#nonces.release(signer, nonce);
  }

  /** The signer's registration. Throws a {@link Refusal} `not_authorized`. */
  registered(claim: { readonly signer: string; readonly nonce: string | undefined }): Registration {
    const registration = this.#find(claim.signer);
    if (registration?.blacklisted === false) return registration;
    const reason = registration === undefined ? "not_registered" : "blacklisted";
    const detail = `hotkey is ${reason.replace("_", " ")}`;
    throw new Refusal("not_authorized", { detail, reason, inReplyTo: claim.nonce, status: 403 });
  }

  async #checkSignature(claim: Claim, account: Account): Promise<void> {
    checkAccount(claim, account);
    const cost = overhead + claim.signedText.length;
    if (this.#queue.isFull(account.turn, cost)) {
      throw refusal(claim, "rate_limited", "too many signatures wait to be verified", 5000);
    }
    using _ = await this.#queue.turn(account.turn, cost);
    // Others on the account may have been found out while this waited.
    checkAccount(claim, account);
    const isGood = await this.#verify(claim);
    if (isGood) return account.prove();
    account.accuse();
    throw denial(claim, "bad_signature", "bad signature");
  }

  async #verify({ signedText, signature, signer }: Claim): Promise<boolean> {
    const elapsed = stopwatch();
    try {
      return await this.#pool.verify(signedText, signature, signer);
    } finally {
      this.#activity.signatures.verify.add(elapsed());
    }
  }

  /** What a miner said to one validator is no business of another's, which may have been handed it. */
  #checkValidator(claim: Claim): void {
    const { validator = this.#address } = claim;
    if (validator === this.#address) return;
    throw denial(claim, "other_validator", `for another validator: ${validator}, this is ${this.#address}`);
  }

  #checkTimestamp(claim: Pick<Claim, "timestamp" | "nonce">): number {
    const now = this.#clock.now();
    this.#nonces.forgetBefore(now);
    const timestamp = parseTimestamp(claim.timestamp);
    if (timestamp === null) {
      throw refusal(
        claim,
        "invalid_message",
        "timestamp: expected ISO 8601 with an offset or Z, such as 2026-11-21T08:00:00+00:00",
      );
    }
    const skew = Math.round((timestamp - now) / 1000);
    if (Math.abs(timestamp - now) <= 1000 * timestampWindow) return timestamp;
    throw denial(
      claim,
      "stale",
      `timestamp ${claim.timestamp} is ${skew} s off the server's clock (${formatTimestamp(now)}), ` +
        `allowed ${timestampWindow} s`,
    );
  }
}

/** Throws where no more signatures on the account are verified for a while. */
function checkAccount(claim: Claim, account: Account): void {
  const wait = account.wait();
  if (wait > 0) throw refusal(claim, "rate_limited", "too many bad signatures", wait);
}

function replayed(claim: Pick<Claim, "nonce">): Refusal {
  return refusal(claim, "replayed", "nonce was used before");
}

function denial({ nonce }: Pick<Claim, "nonce">, reason: Denial, detail: string): Refusal {
  return new Refusal("not_authorized", { detail, reason, inReplyTo: nonce });
}

function refusal(
  { nonce }: { readonly nonce: string | undefined },
  code: "replayed" | "rate_limited" | "invalid_message",
  detail: string,
  retryAfterMs?: number,
): Refusal {
  return new Refusal(code, { detail, inReplyTo: nonce, retryAfterMs });
}
