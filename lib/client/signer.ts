import {
  attachSignature,
  type Clock,
  composeText,
  type ExactJson,
  type ExactObject,
  formatTimestamp,
  renderSigned,
} from "../protocol/mod.ts";

/** The key that a miner signs with; a `Keypair` is one. */
export interface MinerKey {
  /** The SS58 address with prefix 42: the hotkey. */
  readonly address: string;
  /** Hex of the sr25519 signature over the text's UTF-8 bytes. */
  sign(text: string): string;
}

/** A signed message, ready to be sent. */
export interface SignedMessage {
  readonly nonce: string;
  readonly frame: string;
}

/** Below this, a refused timestamp has another cause than the clock. */
const leastSkewMs = 5000;

/** Signs what a miner sends, in the validator's time. */
export class Signer {
  readonly #key: MinerKey;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #validator: () => string | undefined;
  #count = 0;
  #skewMs = 0;
  #adjusted = false;

  /** `validator` tells the address of the validator that everything is for, once it is known. */
  constructor(
    key: MinerKey,
    { clock, random, validator }: {
      clock: Clock;
      random: () => number;
      validator: () => string | undefined;
    },
  ) {
    this.#key = key;
    this.#clock = clock;
    this.#random = random;
    this.#validator = validator;
  }

  get address(): string {
    return this.#key.address;
  }

  /** Milliseconds that the validator's clock is ahead of ours. */
  get skewMs(): number {
    return this.#skewMs;
  }

  /**
   * Takes `serverTime` (milliseconds since the Unix epoch) as the validator's time of now. False, and nothing done, when
   * that changes little or was done since a message was last {@link accepted}: then the time is not what is wrong.
   */
  adjust(serverTime: number): boolean {
    if (this.#adjusted || Math.abs(serverTime - this.#now()) < leastSkewMs) return false;
    this.#skewMs = serverTime - this.#clock.now();
    return this.#adjusted = true;
  }

  /** Says that the validator took a message. */
  accepted(): void {
    this.#adjusted = false;
  }

  /** A message of sections 1 and 3. */
  message(type: string, data: ExactJson): SignedMessage {
    const nonce = this.#nonce();
    const [sender, validator] = [this.address, this.#validator()];
    return this.#seal(composeText({ type, sender, data, now: this.#now(), nonce, validator }), nonce);
  }

  /** The first frame on a connection. */
  authentication(recover: ExactObject): SignedMessage {
    const nonce = this.#nonce();
    const timestamp = formatTimestamp(this.#now());
    const [hotkey, validator] = [this.address, this.#validator()];
    return this.#seal(renderSigned({ hotkey, timestamp, nonce, recover, validator }), nonce);
  }

  /** The headers that sign a GET request. */
  headers(): Record<string, string> {
    const nonce = this.#nonce();
    const timestamp = formatTimestamp(this.#now());
    const signature = this.#key.sign(renderSigned({ hotkey: this.address, nonce, timestamp }));
    return { "x-hotkey": this.address, "x-timestamp": timestamp, "x-nonce": nonce, "x-signature": signature };
  }

  #seal(text: string, nonce: string): SignedMessage {
    return { nonce, frame: attachSignature(text, this.#key.sign(text)) };
  }

  #now(): number {
    return this.#clock.now() + this.#skewMs;
  }

  #nonce(): string {
    return `${this.#clock.now()}.${this.#count++}.${Math.floor(this.#random() * 1e9)}`;
  }
}
