import { z } from "zod";
import { type Claims, readJwt } from "../crypto/jwt.ts";
import type { Clock } from "../protocol/mod.ts";
import { StreamRefusal } from "./stream_errors.ts";

/** What a subscription token says. RFC 7519, section 4.1. */
const claimsSchema = z.looseObject({
  channel: z.string(),
  exp: z.number(),
  nbf: z.number().optional(),
  sub: z.string().max(256).optional(),
});

/** Seconds for which the clocks of a back end and of this server may differ. */
const leeway = 5;

/** Who may listen to what is not for everybody. */
interface Pass {
  /** When it ends, in milliseconds since the Unix epoch. */
  readonly until: number;
}

/** Checks the tokens that streams with certain names need. */
export class StreamAccess {
  readonly #prefixes: readonly string[];
  readonly #keys: readonly string[];
  readonly #clock: Clock;

  /** @param options.keys of which any may have signed a token; none: nobody gets in */
  constructor(
    { prefixes, keys, clock }: { prefixes: readonly string[]; keys: readonly string[]; clock: Clock },
  ) {
    this.#prefixes = prefixes;
    this.#keys = keys;
    this.#clock = clock;
  }

  /** Whether tokens can be checked at all. */
  get hasKey(): boolean {
    return this.#keys.length > 0;
  }

  /** Whether streams of that name need a token, and are there without being declared. */
  isPrivate(name: string): boolean {
    return this.#prefixes.some((prefix) => name.startsWith(prefix) && name.length > prefix.length);
  }

  /**
   * Finds the token for a stream among those that somebody gave.
   *
   * @throws {StreamRefusal} `token_required`, `token_invalid` or `token_expired`
   */
  admit(stream: string, tokens: readonly string[]): Pass {
    if (tokens.length === 0) throw new StreamRefusal("token_required");
    const all = tokens.map((token) => readJwt(token, this.#keys));
    const claims = all.find((each) => each?.["channel"] === stream) ?? all[0];
    return this.#check(stream, claims);
  }

  #check(stream: string, claims: Claims | undefined): Pass {
    if (claims === undefined) throw new StreamRefusal("token_invalid", "its signature is not right");
    const read = claimsSchema.safeParse(claims);
    if (!read.success) throw new StreamRefusal("token_invalid", 'expected the claims "channel" and "exp"');
    const { channel, exp, nbf = 0 } = read.data;
    const now = this.#clock.now() / 1000;
    if (channel !== stream) throw new StreamRefusal("token_invalid", "it is for another stream");
    if (nbf > now + leeway) throw new StreamRefusal("token_invalid", "it is not in force yet");
    if (exp <= now) throw new StreamRefusal("token_expired");
    return { until: 1000 * exp };
  }
}
