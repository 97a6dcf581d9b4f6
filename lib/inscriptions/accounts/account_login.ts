import { hexToBytes } from "@noble/hashes/utils.js";
import { z } from "zod";
import { type Clock, describeIssue } from "../../protocol/mod.ts";
import type { ApiKeys } from "../api_keys.ts";
import { InscriptionError } from "../errors.ts";
import { isSignedBy, signatureLength } from "./account_signature.ts";
import { Challenges } from "./challenges.ts";
import { Mirror } from "./mirror.ts";

/** Takes everybody's word for whose account it is. */
const anybody = "any";

/** An account of the ledger. */
export const accountId = z.string().regex(
  /^\d{1,10}\.\d{1,10}\.\d{1,19}$/,
  "expected an account id such as 0.0.1001",
);

/** An answered challenge. */
export const loginSchema = z.object({
  authData: z.object({
    id: accountId,
    signature: z.string().regex(
      new RegExp(`^(?:0x)?[\\da-f]{${2 * signatureLength}}$`, "i"),
      `expected ${2 * signatureLength} hex digits`,
    ),
    data: z.string().max(500),
    network: z.enum(["mainnet", "testnet"]).default("mainnet"),
  }),
  include: z.string().max(64).optional(),
});

/** Gives API keys to whoever signs with the key of an account. */
export class AccountLogin {
  readonly #keys: ApiKeys;
  readonly #challenges: Challenges;
  readonly #mirror: Mirror | undefined;

  /** @param source a mirror node's URL, or `any` */
  constructor({ keys, source, clock }: { keys: ApiKeys; source: string; clock: Clock }) {
    this.#keys = keys;
    this.#challenges = new Challenges(clock);
    this.#mirror = source === anybody ? undefined : new Mirror(source, clock);
  }

  /** What an account is to sign. Throws an {@link InscriptionError}. */
  challenge(account: unknown, address: string): string {
    return this.#challenges.issue(read(accountId, account, "x-session"), address);
  }

  /** An API key of the account that has signed. Throws an {@link InscriptionError}. */
  async authenticate(body: unknown): Promise<{ readonly account: string; readonly key: string }> {
    const { authData: { id, signature, data } } = read(loginSchema, body, "request");
    if (!this.#challenges.take(data, id)) {
      const problem = "data is no challenge that was issued to this account just now and not answered before";
      throw new InscriptionError("unauthorized", `Cannot sign in: ${problem}`);
    }
    if (this.#mirror !== undefined) {
      const key = await this.#mirror.keyOf(id);
      if (!await isSignedBy(key, data, hexToBytes(signature.replace(/^0x/i, "")))) {
        throw new InscriptionError("unauthorized", `Cannot sign in: the signature is not by account ${id}`);
      }
    }
    return { account: id, key: await this.#keys.issue(id) };
  }
}

function read<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new InscriptionError("invalid_request", `Invalid ${what}: ${describeIssue(result.error)}`);
}
