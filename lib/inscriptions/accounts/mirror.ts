import { hexToBytes } from "@noble/hashes/utils.js";
import { z } from "zod";
import type { Clock } from "../../protocol/mod.ts";
import { InscriptionError } from "../errors.ts";
import type { AccountKey } from "./account_signature.ts";

const patience = 5000;
const largestAnswer = 64 * 1024;

const hex = (bytes: number) =>
  z.string().regex(new RegExp(`^(?:0x)?[\\da-f]{${2 * bytes}}$`, "i")).transform((text) =>
    hexToBytes(text.replace(/^0x/i, ""))
  );
const answerSchema = z.object({
  key: z.discriminatedUnion("_type", [
    z.object({ _type: z.literal("ED25519"), key: hex(32) }),
    z.object({ _type: z.literal("ECDSA_SECP256K1"), key: hex(33) }),
  ]),
});

/** A mirror node of Hedera's, which knows the keys of accounts. */
export class Mirror {
  readonly #url: string;
  readonly #clock: Clock;

  /** @param url without a path */
  constructor(url: string, clock: Clock) {
    this.#url = url.replace(/\/+$/, "");
    this.#clock = clock;
  }

  /**
   * The key of an account such as `0.0.1001`.
   *
   * @throws {InscriptionError} `unauthorized` when it has none of its own, `ledger_unavailable`
   */
  async keyOf(account: string): Promise<AccountKey> {
    const read = answerSchema.safeParse(await this.#ask(account));
    if (read.success) return { kind: read.data.key._type, bytes: read.data.key.key };
    const problem = `account ${account} has no ED25519 or ECDSA secp256k1 key of its own`;
    throw new InscriptionError("unauthorized", `Cannot sign in: ${problem}`);
  }

  async #ask(account: string): Promise<unknown> {
    const stop = new AbortController();
    const timer = this.#clock.after(patience, () => stop.abort());
    try {
      const url = `${this.#url}/api/v1/accounts/${account}?transactions=false`;
      const response = await fetch(url, { redirect: "error", signal: stop.signal });
      const text = await readText(response);
      if (response.ok) return JSON.parse(text);
      if (response.status !== 404) throw new Error(`status ${response.status}`);
    } catch (cause) {
      const message = "Cannot sign in: the mirror node does not answer";
      throw new InscriptionError("ledger_unavailable", message, { cause, retryAfterMs: patience });
    } finally {
      timer.cancel();
    }
    throw new InscriptionError("unauthorized", `Cannot sign in: there is no account ${account}`);
  }
}

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of response.body ?? []) {
    text += decoder.decode(piece, { stream: true });
    if (text.length > largestAnswer) throw new Error("the answer is too large");
  }
  return text;
}
