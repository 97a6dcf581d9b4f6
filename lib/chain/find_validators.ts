import { bytesToHex } from "@noble/hashes/utils.js";
import type { Clock } from "../protocol/mod.ts";
import { decodeAddress } from "../crypto/mod.ts";
import { nodeName } from "./chain_url.ts";
import { accountKey, LayoutError, ScaleReader, subnetKey } from "./scale.ts";
import { NodeError, NodeLink } from "./node_link.ts";
import { finalBlock, keysBelow, type Neuron, readSubnet, valuesOf } from "./read_subnet.ts";

/** A validator of a subnet that says where it is reached. */
interface FoundValidator {
  readonly hotkey: string;
  readonly uid: number;
  /** A `wss://` or `ws://` URL. */
  readonly url: string;
}

/** Where validators are looked for: nodes that are tried in turn, and the subnet's number. */
interface FindOptions {
  readonly nodes: readonly string[];
  readonly netuid: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Keys asked for at once, commitments of a subnet, and fields of a commitment. */
const [page, maxCommitments, maxFields] = [256, 4096, 16];
const publicKeyLength = 32;

/**
 * The validators of a subnet, those with a permit to set weights, that say where they are reached: by a URL in their
 * commitment, else by the address that they serve an axon at. Those with more stake come first.
 *
 * @throws {Error} that says why no node could be read
 */
export async function findValidators(
  { nodes, netuid, clock, signal }: FindOptions,
): Promise<FoundValidator[]> {
  const failures: string[] = [];
  for (const url of nodes) {
    try {
      using node = await NodeLink.open(url, clock, signal);
      return await readValidators(node, netuid);
    } catch (error) {
      failures.push(`${nodeName(url)}: ${(error as Error).message}`);
    }
  }
  throw new NodeError(`Cannot read the validators of subnet ${netuid}: ${failures.join("; ")}`);
}

async function readValidators(node: NodeLink, netuid: number): Promise<FoundValidator[]> {
  const block = await finalBlock(node);
  const { neurons, unknown } = await readSubnet(node, netuid, { block });
  if (unknown.permits !== undefined) throw new LayoutError(unknown.permits);
  const validators = neurons.filter(({ permit }) => permit === true)
    .sort((a, b) => (b.stake ?? 0) - (a.stake ?? 0));
  const committed = await readCommitments(node, netuid, { validators, at: block.hash });
  const served = await readAxons(node, netuid, { validators, at: block.hash });
  return validators.flatMap(({ hotkey, uid }) => {
    const url = committed.get(hotkey) ?? served.get(hotkey);
    return url === undefined ? [] : [{ hotkey, uid, url }];
  });
}

interface Wanted {
  readonly validators: readonly Neuron[];
  /** Hash of a block. */
  readonly at: string;
}

/** URLs in commitments, by hotkey. */
async function readCommitments(
  node: NodeLink,
  netuid: number,
  { validators, at }: Wanted,
): Promise<Map<string, string>> {
  const prefix = subnetKey("commitmentOf", netuid);
  const keys = await keysBelow(node, prefix, { at, most: maxCommitments });
  // A key ends with the account, after a hash of it.
  const byEnd = new Map(keys.map((key) => [key.slice(-2 * publicKeyLength), key]));
  const wanted = new Map(validators.flatMap(({ hotkey }) => {
    const key = byEnd.get(bytesToHex(decodeAddress(hotkey)));
    return key === undefined ? [] : [[hotkey, key] as const];
  }));
  return await readEach(node, wanted, { at, read: committedUrl });
}

/** URLs of axons, by hotkey. */
async function readAxons(
  node: NodeLink,
  netuid: number,
  { validators, at }: Wanted,
): Promise<Map<string, string>> {
  const wanted = new Map(
    validators.map(({ hotkey }) => [hotkey, accountKey("axons", netuid, decodeAddress(hotkey))]),
  );
  return await readEach(node, wanted, { at, read: axonUrl });
}

/** What is read from the values of keys by hotkey; what one validator wrote there and cannot be read concerns no other. */
async function readEach(
  node: NodeLink,
  keys: ReadonlyMap<string, string>,
  { at, read }: { at: string; read: (value: Uint8Array) => string | undefined },
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const entries = [...keys];
  for (let start = 0; start < entries.length; start += page) {
    const some = entries.slice(start, start + page);
    const values = await valuesOf(node, some.map(([, key]) => key), at);
    for (const [hotkey, key] of some) {
      const value = values.get(key);
      const url = value === undefined ? undefined : attempt(() => read(value));
      if (url !== undefined) found.set(hotkey, url);
    }
  }
  return found;
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof LayoutError) return undefined;
    throw error;
  }
}

/** Block, version, address, port, kind of address, and three bytes that say nothing here. */
function axonUrl(value: Uint8Array): string | undefined {
  const reader = new ScaleReader(value);
  reader.take(8 + 4);
  const [ip, port, kind] = [reader.uint(16), reader.u16(), reader.u8()];
  reader.take(3);
  reader.end();
  if (ip === 0n || port === 0) return undefined;
  const host = kind === 4 ? dotted(ip) : kind === 6 ? `[${colons(ip)}]` : undefined;
  return host === undefined ? undefined : `ws://${host}:${port}/ws`;
}

function dotted(ip: bigint): string {
  if (ip >> 32n !== 0n) throw new LayoutError("an address of IPv4 has four bytes");
  return [24n, 16n, 8n, 0n].map((shift) => ip >> shift & 255n).join(".");
}

function colons(ip: bigint): string {
  return ip.toString(16).padStart(32, "0").match(/.{4}/g)?.join(":") ?? "";
}

/** Deposit, block, and the fields, of which the first that is a WebSocket's URL counts. */
function committedUrl(value: Uint8Array): string | undefined {
  const reader = new ScaleReader(value);
  reader.take(8 + 4);
  const texts = reader.list(maxFields, () => readField(reader));
  reader.end();
  return texts.find((text) =>
    text !== undefined && /^wss?:\/\/[\x21-\x7e]+$/.test(text) && URL.canParse(text)
  );
}

/** A field's text; undefined where it is a hash, encrypted, or nothing. */
function readField(reader: ScaleReader): string | undefined {
  const kind = reader.u8();
  if (kind >= 1 && kind <= 129) return textOf(reader.take(kind - 1));
  if (kind >= 130 && kind <= 133) reader.take(32);
  else if (kind === 134) {
    reader.take(Number(reader.compact()));
    reader.take(8);
  } else if (kind === 136) return textOf(reader.take(Number(reader.compact())));
  else if (kind !== 0 && kind !== 135) {
    throw new LayoutError(`a commitment's field is of the unknown kind ${kind}`);
  }
  return undefined;
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
