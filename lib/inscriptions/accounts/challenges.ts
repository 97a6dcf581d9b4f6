import { base64urlnopad } from "@scure/base";
import { addressGroup } from "../../hub/mod.ts";
import type { Clock } from "../../protocol/mod.ts";
import { InscriptionError } from "../errors.ts";

/** Milliseconds. */
const lifetime = 5 * 60_000;
const mostOfAddress = 16;
const most = 2000;

interface Challenge {
  readonly account: string;
  readonly group: string;
  /** A moment of the clock's `elapsed`. */
  readonly until: number;
}

/** What accounts are to sign: each once, soon, and few for an address. */
export class Challenges {
  readonly #clock: Clock;
  /** By their text, oldest first. */
  readonly #open = new Map<string, Challenge>();
  readonly #byGroup = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A text that only `account` may sign. Throws an {@link InscriptionError} `rate_limited`. */
  issue(account: string, address: string): string {
    this.#expire();
    const group = addressGroup(address);
    const count = this.#byGroup.get(group) ?? 0;
    if (count >= mostOfAddress || this.#open.size >= most) {
      const message = "Cannot sign in: too many challenges are not answered yet";
      throw new InscriptionError("rate_limited", message, { retryAfterMs: this.#wait() });
    }
    const until = new Date(this.#clock.now() + lifetime).toISOString();
    const nonce = base64urlnopad.encode(crypto.getRandomValues(new Uint8Array(24)));
    const text = `Sign in to Heliograph as ${account}, once, until ${until}: ${nonce}`;
    this.#open.set(text, { account, group, until: this.#clock.elapsed() + lifetime });
    this.#byGroup.set(group, count + 1);
    return text;
  }

  /** Whether the text was issued to the account and may be answered still; it may not be answered again. */
  take(text: string, account: string): boolean {
    this.#expire();
    const challenge = this.#open.get(text);
    if (challenge?.account !== account) return false;
    this.#forget(text, challenge);
    return true;
  }

  #expire(): void {
    const now = this.#clock.elapsed();
    for (const [text, challenge] of this.#open) {
      if (challenge.until > now) return;
      this.#forget(text, challenge);
    }
  }

  #forget(text: string, { group }: Challenge): void {
    this.#open.delete(text);
    const left = (this.#byGroup.get(group) ?? 1) - 1;
    if (left > 0) this.#byGroup.set(group, left);
    else this.#byGroup.delete(group);
  }

  #wait(): number {
    const [oldest] = this.#open.values();
    return Math.max(1000, (oldest?.until ?? 0) - this.#clock.elapsed());
  }
}
