import type { CryptoPool, Keypair } from "../crypto/mod.ts";
import { attachSignature, type Clock, composeText, type ExactJson } from "../protocol/mod.ts";
import { Activity, stopwatch } from "../telemetry/mod.ts";

// With what the worker has, some 15 ms of its time; signing here takes a fifth of a millisecond.
const longBacklog = 16;

/** Signs what the validator says. */
export class Notary {
  readonly #pool: CryptoPool;
  readonly #keypair: Keypair;
  readonly #clock: Clock;
  readonly #activity: Activity;
  #count = 0;

  constructor(options: { pool: CryptoPool; keypair: Keypair; clock: Clock; activity?: Activity }) {
    this.#pool = options.pool;
    this.#keypair = options.keypair;
    this.#clock = options.clock;
    this.#activity = options.activity ?? new Activity();
  }

  /** The validator's SS58 address. */
  get address(): string {
    return this.#keypair.address;
  }

  /** The frame of a signed message. Never fails: what the pool cannot sign, or not soon, is signed here. */
  async seal(type: string, data: ExactJson): Promise<string> {
    const now = this.#clock.now();
    const nonce = `${now}.${this.#count += 1}`;
    const text = composeText({ type, sender: this.address, data, now, nonce });
    return attachSignature(text, await this.sign(text));
  }

  /** The validator's signature over a text, hex without `0x`. Never fails either. */
  async sign(text: string): Promise<string> {
    const elapsed = stopwatch();
    const signature = await this.#sign(text);
    this.#activity.signatures.sign.add(elapsed());
    return signature;
  }

  #sign(text: string): string | Promise<string> {
    if (this.#pool.backlog > longBacklog) return this.#keypair.sign(text);
    return this.#pool.sign(text).catch(() => this.#keypair.sign(text));
  }
}
