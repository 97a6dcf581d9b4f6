import { createHash } from "node:crypto";
import type { Keypair } from "../../lib/crypto/mod.ts";

const sha3 = (text: string): string => createHash("sha3-256").update(text).digest("hex");

/** What a test's dendrite sends otherwise than it should, or than usual. */
export interface DendriteOptions {
  readonly axon: string;
  readonly now: number;
  /** Texts of the fields as Python's `str` gives them, in the order of the class; none: the body is not signed. */
  readonly hashed?: readonly string[];
  readonly uuid?: string;
  /** Nanoseconds; by default now. */
  readonly nonce?: bigint;
  readonly timeout?: string;
  /** Replaces headers after they were signed; undefined removes one. */
  readonly change?: Readonly<Record<string, string | undefined>>;
}

/** The headers that Bittensor's dendrite sends. */
export function dendriteHeaders(key: Keypair, options: DendriteOptions): Record<string, string> {
  const { axon, now, hashed = [], uuid = "6f1c1a52-0000-11ef-8a1b-0242ac120002", timeout = "12.0" } = options;
  const nonce = String(options.nonce ?? BigInt(now) * 1_000_000n);
  const hash = sha3(hashed.map(sha3).join(""));
  const signature = key.sign(`${nonce}.${key.address}.${axon}.${uuid}.${hash}`);
  const headers = {
    name: "TeamGamePrediction",
    timeout,
    bt_header_axon_ip: "127.0.0.1",
    bt_header_axon_port: "10401",
    bt_header_axon_hotkey: axon,
    bt_header_dendrite_ip: "127.0.0.1",
    bt_header_dendrite_version: "10002000",
    bt_header_dendrite_nonce: nonce,
    bt_header_dendrite_uuid: uuid,
    bt_header_dendrite_hotkey: key.address,
    bt_header_dendrite_signature: `0x${signature}`,
    bt_header_input_obj_prediction_id: "IiI=",
    header_size: "640",
    total_size: "3000",
    computed_body_hash: hash,
    ...options.change,
  };
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >;
}
