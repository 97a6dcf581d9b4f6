import { base64urlnopad } from "@scure/base";
import {
  type ApiKeyRecord,
  type ApiKeyRepository,
  apiKeysChannel,
  type Followers,
  SharedRecords,
} from "../engine/mod.ts";
import { addressGroup, TokenBuckets } from "../hub/mod.ts";
import { type Clock, Refusal, type RevokedApiKey, sha256Hex, type ToldApiKey } from "../protocol/mod.ts";
import { InscriptionError } from "./errors.ts";
import { KeyUses } from "./key_uses.ts";

/** Who an API key stands for. */
export interface ApiKeyOwner {
  readonly id: string;
  readonly name: string;
}

const maxKeys = 10_000;
/** Of those at most so many are of accounts, so that there is room for the operator's. */
const maxAccounts = 5000;
/** Keys of one account that are in force at once. */
const keysOfAccount = 8;
const maxKeyLength = 128;
const accountPrefix = "account-";

/** The keys of those who may inscribe. A key is shown once; only its hash is kept. */
export class ApiKeys {
  readonly #repository: ApiKeyRepository;
  readonly #clock: Clock;
  readonly #records: SharedRecords<ApiKeyRecord>;
  readonly #uses: KeyUses;
  #byHash: ReadonlyMap<string, ApiKeyRecord> = new Map();
  readonly #onRevoked = new Set<(id: string) => void>();

  constructor(options: { repository: ApiKeyRepository; followers: Followers; clock: Clock }) {
    this.#repository = options.repository;
    this.#clock = options.clock;
    this.#uses = new KeyUses(options);
    this.#records = new SharedRecords({
      followers: options.followers,
      channel: apiKeysChannel,
      list: () => this.#repository.list(),
      keyOf: ({ id }) => id,
      onChange: () => this.#changed(),
    });
  }

  /** Reads what is stored, and from then on hears of the keys that other servers make or revoke. */
  async load(): Promise<void> {
    await this.#records.begin();
  }

  /**
   * Makes a key; it works when the promise resolves.
   *
   * @throws {InscriptionError} `invalid_request`
   */
  async create(name: unknown): Promise<ApiKeyOwner & { readonly key: string }> {
    if (typeof name !== "string" || !/^(?=.*\S)\P{C}{1,100}$/u.test(name)) {
      throw new InscriptionError("invalid_request", "Invalid name: expected 1 to 100 visible characters");
    }
    if (this.#records.size >= maxKeys) {
      throw new InscriptionError("invalid_request", `Cannot add key: there are ${maxKeys}, revoke some`);
    }
    const key = newKey();
    const id = crypto.randomUUID();
    const record = { id, name, hash: sha256Hex(key), createdAt: this.#clock.now() };
    await this.#change(id, () => record);
    return { id, name, key };
  }

  /**
   * Makes a key of an account that has proved who it is. All of its keys stand for the same owner; the newest eight are in
   * force.
   *
   * @throws {InscriptionError} `rate_limited` when there are too many accounts
   */
  async issue(account: string): Promise<string> {
    const key = newKey();
    const hash = sha256Hex(key);
    const id = accountPrefix + sha256Hex(account).slice(0, 32);
    const accounts = this.#records.values().filter(({ id }) => id.startsWith(accountPrefix));
    if (!this.#records.has(id) && [...accounts].length >= maxAccounts) {
      const message = `Cannot sign in: there are ${maxAccounts} accounts, the operator has to revoke some`;
      throw new InscriptionError("rate_limited", message, { retryAfterMs: 60_000 });
    }
    await this.#change(id, (known) => ({
      id,
      name: account,
      hash,
      earlier: known === null ? [] : [known.hash, ...known.earlier ?? []].slice(0, keysOfAccount - 1),
      createdAt: known?.createdAt ?? this.#clock.now(),
    }));
    return key;
  }

  /** All keys in force, oldest first. */
  async list(): Promise<ToldApiKey[]> {
    const uses = await this.#uses.all();
    return [...this.#records.values()].sort((a, b) => a.createdAt - b.createdAt)
      .map(({ id, name, createdAt }) => ({
        id,
        name,
        created_at: isoTime(createdAt),
        last_used_at: uses.has(id) ? isoTime(uses.get(id)) : null,
      }));
  }

  /** Those that were revoked within the last 90 days, the newest first, up to 1,000. */
  async revoked(): Promise<RevokedApiKey[]> {
    const records = await this.#repository.revoked();
    return records.map(({ id, name, createdAt, revokedAt }) => ({
      id,
      name,
      created_at: isoTime(createdAt),
      revoked_at: isoTime(revokedAt),
    }));
  }

  /** What a key is called; null where it is not in force. */
  nameOf(id: string): string | null {
    return this.#records.get(id)?.name ?? null;
  }

  /** Ends a key, and tells those who keep something open for it; false when there is none. */
  async revoke(id: string): Promise<boolean> {
    const record = this.#records.get(id);
    if (record === undefined) return false;
    const { name, createdAt } = record;
    await this.#change(id, () => null);
    this.#uses.forget(id);
    await this.#repository.forget(id);
    await this.#repository.putRevoked({ id, name, createdAt, revokedAt: this.#clock.now() });
    return true;
  }

  /** Whose key it is. What is looked up is its hash, so that time tells nothing of keys that are close. */
  verify(key: unknown): ApiKeyOwner | null {
    if (typeof key !== "string" || key.length > maxKeyLength) return null;
    const record = this.#byHash.get(sha256Hex(key));
    if (record === undefined) return null;
    this.#uses.note(record.id);
    return { id: record.id, name: record.name };
  }

  /** Calls `listener` with the id of every key that is revoked; answers what ends that. */
  onRevoked(listener: (id: string) => void): () => void {
    this.#onRevoked.add(listener);
    return () => this.#onRevoked.delete(listener);
  }

  async #change(...change: Parameters<ApiKeyRepository["change"]>): Promise<void> {
    await this.#records.change(await this.#repository.change(...change));
  }

  #changed(): void {
    const before = new Set(this.#byHash.values().map(({ id }) => id));
    this.#byHash = new Map(
      this.#records.values().flatMap((record) =>
        [record.hash, ...record.earlier ?? []].map((hash) => [hash, record] as const)
      ),
    );
    for (const id of before) {
      if (this.#records.has(id)) continue;
      for (const listener of this.#onRevoked) listener(id);
    }
  }
}

function isoTime(at = NaN): string {
  return new Date(at).toISOString();
}

function newKey(): string {
  return `hg_${base64urlnopad.encode(crypto.getRandomValues(new Uint8Array(32)))}`;
}

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
