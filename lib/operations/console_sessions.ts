import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { sameText } from "../crypto/mod.ts";
import { ConsoleRepository, type ConsoleSessionRecord, type Store } from "../engine/mod.ts";
import { addressGroup, TokenBucket, TokenBuckets } from "../hub/mod.ts";
import type { Clock } from "../protocol/mod.ts";

const minute = 60_000;
/** Without a request a session ends after that long, and after a working day in any case. Milliseconds. */
export const idleTime = 15 * minute;
const longestSession = 12 * 60 * minute;
/** How long actions stay unlocked. */
const unlockedTime = 10 * minute;
/** Every request would be a write; this much later than it was is soon enough. */
const refreshAfter = minute;
/** Wrong tokens, after the burst one in so many seconds: of an address, and of one while all guess more than they may. */
const guesses = { burst: 5, rate: 1 / 12 };
const allGuesses = { burst: 50, rate: 1 };
const crowdedGuesses = { burst: 1, rate: 1 / 60 };

/** A session that goes on. */
export interface ConsoleSession {
  /** Tells it from others in the audit log. */
  readonly name: string;
  /** What changes have to send back. */
  readonly csrf: string;
  /** Milliseconds since the Unix epoch; 0 while actions are locked. */
  readonly unlockedUntil: number;
}

/** What a login came to. */
export type Login =
  | { readonly result: "welcome"; readonly secret: string; readonly session: ConsoleSession }
  | { readonly result: "wrong" }
  | { readonly result: "wait"; readonly retryAfterMs: number };

/** Who is logged in to the console. Sessions are in the store, so that a restart logs nobody out. */
export class ConsoleSessions {
  readonly #repository: ConsoleRepository;
  readonly #clock: Clock;
  readonly #tokenHash: string;
  readonly #guesses: TokenBuckets;
  readonly #crowdedGuesses: TokenBuckets;
  readonly #allGuesses: TokenBucket;
  readonly #token: string;

  constructor({ store, clock, token }: { store: Store; clock: Clock; token: string }) {
    this.#repository = new ConsoleRepository(store);
    this.#clock = clock;
    this.#token = token;
    this.#tokenHash = digest(`token ${token}`);
    this.#guesses = new TokenBuckets({ ...guesses, clock });
    this.#crowdedGuesses = new TokenBuckets({ ...crowdedGuesses, clock });
    this.#allGuesses = new TokenBucket(allGuesses.rate, allGuesses.burst, clock.elapsed());
  }

  /** Begins a session for whoever has the admin token. */
  async begin(token: string, address: string): Promise<Login> {
    const refused = this.#check(token, address);
    if (refused !== undefined) return refused;
    const secret = bytesToHex(crypto.getRandomValues(new Uint8Array(32)));
    const now = this.#clock.now();
    const record = {
      hash: digest(secret),
      tokenHash: this.#tokenHash,
      address,
      beganAt: now,
      seenAt: now,
      unlockedUntil: 0,
    };
    await this.#repository.putSession(record, idleTime);
    return { result: "welcome", secret, session: this.#describe(secret, record) };
  }

  /**
   * The session that a cookie stands for; undefined where it has ended.
   *
   * @param isUsed whether somebody asked, and not a page by itself: only that keeps a session from ending
   */
  async find(secret: string, isUsed = true): Promise<ConsoleSession | undefined> {
    const record = await this.#read(secret);
    if (record === undefined) return undefined;
    const now = this.#clock.now();
    if (isUsed && now - record.seenAt >= refreshAfter) {
      await this.#repository.putSession({ ...record, seenAt: now }, idleTime);
    }
    return this.#describe(secret, record);
  }

  /** Allows actions for a while. Undefined where the session has ended. */
  async unlock(secret: string, token: string, address: string): Promise<Login | undefined> {
    const record = await this.#read(secret);
    if (record === undefined) return undefined;
    const refused = this.#check(token, address);
    if (refused !== undefined) return refused;
    const now = this.#clock.now();
    const unlocked = { ...record, seenAt: now, unlockedUntil: now + unlockedTime };
    await this.#repository.putSession(unlocked, idleTime);
    return { result: "welcome", secret, session: this.#describe(secret, unlocked) };
  }

  /** Ends a session. */
  async end(secret: string): Promise<void> {
    await this.#repository.deleteSession(digest(secret));
  }

  /** Ends every session. */
  async endAll(): Promise<void> {
    await this.#repository.deleteSessions();
  }

  async #read(secret: string): Promise<ConsoleSessionRecord | undefined> {
    const record = await this.#repository.session(digest(secret));
    if (record === null || record.tokenHash !== this.#tokenHash) return undefined;
    const now = this.#clock.now();
    return now - record.seenAt < idleTime && now - record.beganAt < longestSession ? record : undefined;
  }

  /** Whoever has the token gets in, however many others guess; whoever guesses waits, whatever the next guess is. */
  #check(token: string, address: string): Exclude<Login, { readonly result: "welcome" }> | undefined {
    const group = addressGroup(address);
    const now = this.#clock.elapsed();
    const isCrowded = this.#allGuesses.wait(now) > 0;
    const retryAfterMs = Math.max(
      this.#guesses.wait(group),
      isCrowded ? this.#crowdedGuesses.wait(group) : 0,
    );
    if (retryAfterMs > 0) return { result: "wait", retryAfterMs };
    if (sameText(token, this.#token)) return undefined;
    for (const bucket of [this.#guesses, this.#crowdedGuesses]) bucket.take(group);
    this.#allGuesses.take(now);
    return { result: "wrong" };
  }

  #describe(secret: string, { hash, unlockedUntil }: ConsoleSessionRecord): ConsoleSession {
    return {
      name: hash.slice(0, 8),
      csrf: digest(`csrf ${secret}`),
      unlockedUntil: unlockedUntil > this.#clock.now() ? unlockedUntil : 0,
    };
  }
}

function digest(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}
