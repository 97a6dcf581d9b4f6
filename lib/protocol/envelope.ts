import { z } from "zod";
import { describeIssue } from "./schema.ts";
import { Refusal } from "./errors.ts";
import { type ExactJson, type ExactObject, parseExact, renderSigned, toPlain } from "./signed_text.ts";
import { formatTimestamp } from "./timestamp.ts";

/** Nesting beyond which a message is refused. */
export const maxDepth = 32;
/** Characters beyond which a nonce is refused. */
export const maxNonceLength = 128;

const signature = z.string().regex(
  /^(?:0x)?[0-9a-fA-F]{128}$/,
  "expected 128 hex digits, with or without 0x",
);
const nonce = z.string().min(1).max(maxNonceLength);
const timestamp = z.string().max(40);
const address = z.string().min(1).max(64);
/** A {@link Position} as it is received. */
export const positionSchema = z.object({ epoch: z.string().max(64), offset: z.number().int().min(0) });

/** Every signed message. Protocol, section 1. */
export const envelopeSchema = z.looseObject({
  type: z.string().min(1).max(64),
  sender: address,
  data: z.looseObject({}).default({}),
  timestamp,
  nonce,
  signature,
  validator: address.optional(),
});

/** A miner's first frame. Protocol, section 2. */
export const authenticationSchema = z.looseObject({
  hotkey: address,
  timestamp,
  nonce,
  signature,
  validator: address.optional(),
  recover: z.object({ games: positionSchema.optional(), confirmations: positionSchema.optional() })
    .optional(),
});

/** A place in a channel. */
export interface Position {
  /** Within which the channel's publications are counted. */
  readonly epoch: string;
  /** The first publication's is 1. */
  readonly offset: number;
}

/** What every signed message says. */
export interface Signed {
  /** The SS58 address whose signature the message must carry. */
  readonly signer: string;
  /** ISO 8601, as the signer wrote it. */
  readonly timestamp: string;
  /** What no other message of the signer has. */
  readonly nonce: string;
  /** Hex, over {@link signedText}. */
  readonly signature: string;
  /** The SS58 address of the validator that it is for; undefined: it names none. */
  readonly validator: string | undefined;
  /** The text that the signature covers; rendered when it is first asked for. */
  readonly signedText: string;
}

/** A signed message as it came in: checked in form, not yet in signature, time and nonce. */
export interface Envelope extends Signed {
  /** What it says, such as `prediction`. */
  readonly type: string;
  /** `data` as ordinary values, for checking. */
  readonly data: Record<string, unknown>;
  /** `data` with its numbers as they were written, for rendering. */
  readonly exactData: ExactObject;
}

/** A miner's first frame. */
export interface Authentication extends Signed {
  /** Up to where the miner has each of its channels. */
  readonly recover: { readonly games?: Position | undefined; readonly confirmations?: Position | undefined };
}

/**
 * A received text as a JSON object of at most `maxValues` values. Throws a {@link Refusal} `invalid_message` that says
 * what is wrong.
 */
export function parseMessage(text: string, maxValues: number = Infinity): ExactObject {
  let message: ExactJson;
  try {
    message = parseExact(text, { maxDepth, maxValues });
  } catch (error) {
    throw new Refusal("invalid_message", { detail: (error as Error).message });
  }
  if (!isObject(message)) throw new Refusal("invalid_message", { detail: "expected a JSON object" });
  return message;
}

/** Whether a parsed value is an object: neither an array nor one of the leaves. */
export function isObject(value: ExactJson | undefined): value is ExactObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    Object.getPrototypeOf(value) === null;
}

/** Reads a signed message. Throws a {@link Refusal} `invalid_message`. */
export function readEnvelope(message: ExactObject): Envelope {
  const { type, sender, data, timestamp, nonce, signature, validator } = checked(envelopeSchema, message);
  const exactData = isObject(message["data"]) ? message["data"] : Object.create(null);
  const text = whenAsked(() => signedText(message));
  return {
    type,
    signer: sender,
    data,
    exactData,
    timestamp,
    nonce,
    signature,
    validator,
    get signedText() {
      return text();
    },
  };
}

/** Reads a miner's first frame. Throws a {@link Refusal} `invalid_message`. */
export function readAuthentication(message: ExactObject): Authentication {
  const { hotkey, recover = {}, ...rest } = checked(authenticationSchema, message);
  const { timestamp, nonce, signature, validator } = rest;
  const text = whenAsked(() => signedText(message));
  return {
    signer: hotkey,
    timestamp,
    nonce,
    signature,
    validator,
    recover,
    get signedText() {
      return text();
    },
  };
}

/** Makes a value when it is first asked for: much is refused before anybody needs the text. */
function whenAsked<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => made ??= make();
}

/** What a message's signature covers: all of it but the signature. Protocol, section 1. */
export function signedText(message: ExactObject): string {
  return renderSigned({ ...message, signature: undefined });
}

/** The text that a new message's signature covers; `validator` is for whom a miner's message is. */
export function composeText(
  message: {
    type: string;
    sender: string;
    data: ExactJson;
    now: number;
    nonce: string;
    validator?: string | undefined;
  },
): string {
  const { now, ...rest } = message;
  return renderSigned({ ...rest, timestamp: formatTimestamp(now) });
}

/** The frame of a signed text: the same JSON object with its `signature` (hex) added. */
export function attachSignature(text: string, signature: string): string {
  return `${text.slice(0, -1)}, "signature": "${signature}"}`;
}

function checked<T>(schema: z.ZodType<T>, message: ExactObject): T {
  const result = schema.safeParse(toPlain(message));
  if (result.success) return result.data;
  const { nonce } = message;
  const inReplyTo = typeof nonce === "string" && nonce.length <= maxNonceLength ? nonce : undefined;
  throw new Refusal("invalid_message", { detail: describeIssue(result.error), inReplyTo });
}
