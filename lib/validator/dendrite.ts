import { sha3_256 } from "@noble/hashes/sha3.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { z } from "zod";
import {
  type Clock,
  describeIssue,
  type ExactJson,
  type ExactObject,
  formatTimestamp,
  Refusal,
  renderSigned,
} from "../protocol/mod.ts";
import type { Claim } from "./gatekeeper.ts";

const nanosecondsPerMs = 1_000_000n;
/** Seconds beyond which a stated timeout does not make an old request younger: the header is not signed. */
const longestTimeout = 60;

const address = z.string().min(1).max(64);
const word = z.string().regex(/^[\x21-\x7e]{1,64}$/, "expected up to 64 visible characters");
const number = z.string().regex(/^\d{1,20}$/, "expected a whole number");

/** The headers of Bittensor's `dendrite`, as an axon reads them. */
export const dendriteHeaders = z.object({
  timeout: z.string().regex(/^\d{1,9}(?:\.\d{1,20})?$/, "expected seconds").optional(),
  computed_body_hash: z.string().regex(/^[\da-f]{64}$/, "expected 64 hex digits"),
  bt_header_axon_hotkey: address,
  bt_header_axon_ip: word.optional(),
  bt_header_axon_port: number.optional(),
  bt_header_dendrite_hotkey: address,
  bt_header_dendrite_ip: word.optional(),
  bt_header_dendrite_nonce: number,
  bt_header_dendrite_uuid: word,
  bt_header_dendrite_version: number.optional(),
  bt_header_dendrite_signature: z.string().regex(
    /^(?:0x)?[0-9a-fA-F]{128}$/,
    "expected 0x and 128 hex digits",
  ),
});

/** What a dendrite says of itself and of its request. */
export interface DendriteRequest {
  readonly claim: Claim;
  /** `hotkey:uuid`, whose nonces rise. */
  readonly endpoint: string;
  /** Nanoseconds since the Unix epoch. */
  readonly nonce: bigint;
  /** Milliseconds by which the first nonce of an endpoint may differ from the time. */
  readonly tolerance: number;
  /** SHA3-256, hex, of what the signature covers of the body. */
  readonly bodyHash: string;
  readonly headers: z.infer<typeof dendriteHeaders>;
}

/** Reads a dendrite's headers. Throws a {@link Refusal}: a missing signature is one of them. */
export function readDendrite(headers: Record<string, string>): DendriteRequest {
  if (headers["bt_header_dendrite_signature"] === undefined) {
    throw new Refusal("not_authorized", { detail: "bt_header_dendrite_signature is missing" });
  }
  const result = dendriteHeaders.safeParse(headers);
  if (!result.success) throw new Refusal("invalid_message", { detail: describeIssue(result.error) });
  const read = result.data;
  const { computed_body_hash: bodyHash, bt_header_dendrite_hotkey: signer, bt_header_axon_hotkey: axon } =
    read;
  const { bt_header_dendrite_nonce: nonce, bt_header_dendrite_uuid: uuid } = read;
  const milliseconds = Number(BigInt(nonce) / nanosecondsPerMs);
  if (milliseconds > 8.64e15) throw new Refusal("not_authorized", { detail: "the nonce is no time" });
  return {
    claim: {
      signer,
      timestamp: formatTimestamp(milliseconds),
      nonce: `axon ${uuid} ${nonce}`,
      signature: read.bt_header_dendrite_signature,
      validator: axon,
      signedText: `${nonce}.${signer}.${axon}.${uuid}.${bodyHash}`,
    },
    endpoint: `${signer}:${uuid}`,
    nonce: BigInt(nonce),
    tolerance: 1000 * (4 + Math.min(longestTimeout, Number(read.timeout ?? 0))),
    bodyHash,
    headers: read,
  };
}

/** What an axon's own signature covers. */
export function axonText(nonce: string, dendrite: string, axon: string, uuid: string): string {
  return `${nonce}.${dendrite}.${axon}.${uuid}`;
}

/**
 * The body hash of a synapse: SHA3-256 of the hashes of its fields' texts in Python, of an absent one as of `None`.
 *
 * @throws {Refusal} where a field is neither a text nor a number, a truth or null
 */
export function synapseHash(body: ExactObject, fields: readonly string[]): string {
  return sha3(fields.map((field) => sha3(pythonText(field, body[field]))).join(""));
}

function pythonText(field: string, value: ExactJson | undefined): string {
  switch (typeof value) {
    case "undefined":
      return "None";
    case "string":
      return value;
    case "boolean":
      return value ? "True" : "False";
  }
  if (value === null) return "None";
  const text = renderSigned(value);
  if (!/^[[{]/.test(text)) return text;
  throw new Refusal("invalid_message", { detail: `${field}: expected a text or a number` });
}

function sha3(text: string): string {
  return bytesToHex(sha3_256(utf8ToBytes(text)));
}

/** Milliseconds for which an endpoint's last nonce is kept: longer than any nonce is accepted as a first one. */
const memory = 600_000;
/** Endpoints beyond which the one that was silent longest is forgotten. */
const mostEndpoints = 100_000;

interface Last {
  readonly nonce: bigint;
  /** A moment of the clock's `elapsed`. */
  readonly at: number;
}

/** The nonces of dendrites: each endpoint's rise, and its first is fresh. */
export class RisingNonces {
  readonly #clock: Clock;
  /** In the order in which they were heard from. */
  readonly #last = new Map<string, Last>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Throws a {@link Refusal} `not_authorized` where a request's nonce is stale or does not rise. */
  check({ endpoint, nonce, tolerance }: DendriteRequest): void {
    const last = this.#last.get(endpoint);
    if (last !== undefined && nonce <= last.nonce) {
      throw new Refusal("not_authorized", { detail: "the nonce is not above the last one of this endpoint" });
    }
    const age = this.#clock.now() - Number(nonce / nanosecondsPerMs);
    if (last !== undefined || Math.abs(age) <= tolerance) return;
    const [seconds, allowed] = [age, tolerance].map((ms) => (ms / 1000).toFixed(2));
    throw new Refusal("not_authorized", {
      detail: `the nonce is ${seconds} s off the server's clock, allowed ${allowed} s`,
    });
  }

  /** Uses a nonce up whose signature is good. Throws as {@link check}: another request may have come first. */
  use(request: DendriteRequest): void {
    this.check(request);
    const now = this.#clock.elapsed();
    this.#last.delete(request.endpoint);
    this.#last.set(request.endpoint, { nonce: request.nonce, at: now });
    for (const [endpoint, { at }] of this.#last) {
      if (now - at <= memory && this.#last.size <= mostEndpoints) return;
      this.#last.delete(endpoint);
    }
  }
}
