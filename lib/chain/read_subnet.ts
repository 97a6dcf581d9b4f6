import { z } from "zod";
import { encodeAddress } from "../crypto/mod.ts";
import { bytesOf, LayoutError, ScaleReader, shortListHex, subnetKey, u16Hex } from "./scale.ts";
import { NodeError, type NodeLink } from "./node_link.ts";

/** A key of a subnet. */
export interface Neuron {
  readonly uid: number;
  readonly hotkey: string;
  /** Whether it may set weights; null where the chain's answer could not be understood. */
  readonly permit: boolean | null;
  /** Its stake as it weighs in the subnet, in whole units of TAO; null where the chain's answer could not be understood. */
  readonly stake: number | null;
}

/** A block that is final. */
interface FinalBlock {
  readonly hash: string;
  readonly number: number;
  /** Version of the chain's program at that block. */
  readonly specVersion: number;
}

/** A subnet as it was at a block. */
export interface SubnetReading {
  readonly block: FinalBlock;
  /** By their uid. */
  readonly neurons: readonly Neuron[];
  /** Why permits, or stakes, are not known. */
  readonly unknown: { readonly permits?: string; readonly stakes?: string };
}

/** Neurons beyond which a subnet is not read: many times what any has. */
const maxNeurons = 4096;
/** Keys asked for at once; nodes give at most 1,000. */
const defaultPage = 512;
const raoPerTao = 1e9;
/** What is asked of `get_selective_metagraph`: the subnet itself, hotkeys, permits, stakes. */
const [netuidField, hotkeysField, permitsField, stakesField] = [0, 52, 57, 69];
const lastField = 73;

const hash = z.string().regex(/^0x[\da-f]{64}$/i);
const headerSchema = z.object({ number: z.string().regex(/^0x[\da-f]{1,12}$/i) });
const versionSchema = z.object({ specName: z.string().max(64), specVersion: z.number().int() });
const keysSchema = z.array(z.string().max(1024)).max(1000);
const entrySchema = z.tuple([z.string().max(1024), z.string().max(4 * 2 ** 20).nullable()]);
const changesSchema = z.array(z.object({ changes: z.array(entrySchema).max(1000) })).max(1);

/** The number in a header of a block. Throws a {@link NodeError}. */
export function blockNumber(header: unknown): number {
  return Number(checked("a header", headerSchema, header).number);
}

/** The newest block that is final. */
export async function finalBlock(node: NodeLink): Promise<FinalBlock> {
  const newest = checked("chain_getFinalizedHead", hash, await node.call("chain_getFinalizedHead", []));
  const [header, version] = await Promise.all([
    node.call("chain_getHeader", [newest]),
    node.call("state_getRuntimeVersion", [newest]),
  ]);
  const { specVersion } = checked("state_getRuntimeVersion", versionSchema, version);
  return { hash: newest, number: blockNumber(header), specVersion };
}

/** The hash of the chain's first block, which tells chains apart. */
export async function genesisOf(node: NodeLink): Promise<string> {
  return checked("chain_getBlockHash", hash, await node.call("chain_getBlockHash", [0]));
}

/**
 * Reads a subnet's neurons.
 *
 * @throws {NodeError} when the node does not answer as it should
 * @throws {LayoutError} when its storage is not laid out as expected
 */
export async function readSubnet(
  node: NodeLink,
  netuid: number,
  { block, pageSize = defaultPage }: { block: FinalBlock; pageSize?: number },
): Promise<SubnetReading> {
  const [countKey, permitsKey] = [subnetKey("subnetworkN", netuid), subnetKey("validatorPermit", netuid)];
  const single = await valuesOf(node, [countKey, permitsKey], block.hash);
  const count = within("SubnetworkN", () => readCount(single.get(countKey), netuid));
  const hotkeys = await readHotkeys(node, netuid, { count, block, pageSize });
  const permits = attempt(() => within("ValidatorPermit", () => readPermits(single.get(permitsKey), count)));
  const stakes = await readStakes(node, netuid, { block, hotkeys, permits: permits.value });
  const neurons = hotkeys.map((key, uid) => ({
    uid,
    hotkey: encodeAddress(key),
    permit: permits.value?.[uid] ?? null,
    stake: stakes.value?.[uid] ?? null,
  }));
  return {
    block,
    neurons,
    unknown: {
      ...permits.problem === undefined ? {} : { permits: permits.problem },
      ...stakes.problem === undefined ? {} : { stakes: stakes.problem },
    },
  };
}

/** What is stored under keys; a key without a value is not in it. */
export async function valuesOf(
  node: NodeLink,
  keys: readonly string[],
  at: string,
): Promise<Map<string, Uint8Array>> {
  const answer = checked(
    "state_queryStorageAt",
    changesSchema,
    await node.call("state_queryStorageAt", [keys, at]),
  );
  const values = new Map<string, Uint8Array>();
  for (const [key, value] of answer.flatMap(({ changes }) => changes)) {
    if (!keys.includes(key)) {
      throw new NodeError("state_queryStorageAt: it names a key that was not asked for");
    }
    if (value !== null) values.set(key, bytesOf(value));
  }
  return values;
}

/** All keys that begin so, in their order, at most `most`. */
export async function keysBelow(
  node: NodeLink,
  prefix: string,
  { at, most, pageSize = defaultPage }: { at: string; most: number; pageSize?: number },
): Promise<string[]> {
  const keys: string[] = [];
  for (;;) {
    const params = [prefix, pageSize, keys.at(-1) ?? null, at];
    const page = checked("state_getKeysPaged", keysSchema, await node.call("state_getKeysPaged", params));
    for (const key of page) {
      const isNext = key.startsWith(prefix) && key > (keys.at(-1) ?? "");
      if (!isNext) {
        throw new NodeError("state_getKeysPaged: keys out of order, or others than were asked for");
      }
      keys.push(key);
    }
    if (keys.length > most) throw new LayoutError(`more than ${most} keys begin with ${prefix}`);
    if (page.length < pageSize) return keys;
  }
}

function readCount(value: Uint8Array | undefined, netuid: number): number {
  const reader = new ScaleReader(value ?? new Uint8Array(2));
  const count = reader.u16();
  reader.end();
  if (count === 0) throw new LayoutError(`subnet ${netuid} has no neurons, or does not exist`);
  if (count > maxNeurons) throw new LayoutError(`${count} neurons, at most ${maxNeurons} are read`);
  return count;
}

/** The hotkeys' public keys by uid. There must be exactly one for each uid below the count. */
async function readHotkeys(
  node: NodeLink,
  netuid: number,
  { count, block, pageSize }: { count: number; block: FinalBlock; pageSize: number },
): Promise<Uint8Array[]> {
  const prefix = subnetKey("keys", netuid);
  const keys = await keysBelow(node, prefix, { at: block.hash, most: maxNeurons, pageSize });
  if (keys.length !== count) {
    throw new LayoutError(`SubnetworkN says ${count} neurons, and Keys has ${keys.length}`);
  }
  const found = new Map<string, Uint8Array>();
  for (let start = 0; start < keys.length; start += pageSize) {
    const values = await valuesOf(node, keys.slice(start, start + pageSize), block.hash);
    for (const [key, value] of values) found.set(key, value);
  }
  const hotkeys = Array.from({ length: count }, (_, uid) => {
    const hotkey = found.get(prefix + u16Hex(uid));
    if (hotkey?.length === 32) return hotkey;
    throw new LayoutError(`Keys of uid ${uid}: expected 32 bytes, found ${hotkey?.length ?? "none"}`);
  });
  if (new Set(hotkeys.map(String)).size < count) throw new LayoutError("Keys: a hotkey has two uids");
  return hotkeys;
}

function readPermits(value: Uint8Array | undefined, count: number): boolean[] {
  const reader = new ScaleReader(value ?? new Uint8Array(1));
  const permits = reader.list(maxNeurons, () => reader.bool());
  reader.end();
  if (permits.length !== count) throw new LayoutError(`${permits.length} entries for ${count} neurons`);
  return permits;
}

/** The stakes by uid, where the runtime answers in the layout that is known here, and agrees with the storage. */
async function readStakes(
  node: NodeLink,
  netuid: number,
  known: {
    readonly block: FinalBlock;
    readonly hotkeys: readonly Uint8Array[];
    readonly permits: readonly boolean[] | undefined;
  },
): Promise<Attempt<number[]>> {
  const name = "SubnetInfoRuntimeApi_get_selective_metagraph";
  const fields = [netuidField, hotkeysField, permitsField, stakesField];
  try {
    const params = [name, `0x${u16Hex(netuid)}${shortListHex(fields)}`, known.block.hash];
    const answer = checked("state_call", z.string().max(4 * 2 ** 20), await node.call("state_call", params));
    return attempt(() => within(name, () => readSelective(bytesOf(answer), netuid, known)));
  } catch (error) {
    if (!(error instanceof NodeError)) throw error;
    return { problem: error.message };
  }
}

function readSelective(
  answer: Uint8Array,
  netuid: number,
  known: { readonly hotkeys: readonly Uint8Array[]; readonly permits: readonly boolean[] | undefined },
): number[] {
  const reader = new ScaleReader(answer);
  if (!reader.isThere()) throw new LayoutError(`it knows no subnet ${netuid}`);
  if (reader.compact() !== BigInt(netuid)) throw new LayoutError("it is of another subnet");
  const stakes: number[] = [];
  for (let field = 1; field <= lastField; field += 1) {
    if (!reader.isThere()) continue;
    if (field === hotkeysField) {
      same(
        "hotkeys",
        reader.list(maxNeurons, () => reader.take(32)),
        known.hotkeys,
      );
    } else if (field === permitsField) {
      same("permits", reader.list(maxNeurons, () => reader.bool()), known.permits);
    } else if (field === stakesField) {
      stakes.push(...reader.list(maxNeurons, () => Number(reader.compact()) / raoPerTao));
    } else throw new LayoutError(`field ${field} was not asked for`);
  }
  reader.end();
  if (stakes.length === known.hotkeys.length) return stakes;
  throw new LayoutError(`${stakes.length} stakes for ${known.hotkeys.length} neurons`);
}

function same(what: string, told: readonly unknown[], stored: readonly unknown[] | undefined): void {
  if (stored !== undefined && String(told) !== String(stored)) {
    throw new LayoutError(`its ${what} are not those of the storage`);
  }
}

/** What was read, or why it could not be understood. */
type Attempt<T> = { readonly value: T; readonly problem?: undefined } | {
  readonly value?: undefined;
  readonly problem: string;
};

function attempt<T>(read: () => T): Attempt<T> {
  try {
    return { value: read() };
  } catch (error) {
    if (!(error instanceof LayoutError)) throw error;
    return { problem: error.message };
  }
}

/** Says of which item a {@link LayoutError} is. */
function within<T>(item: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof LayoutError)) throw error;
    throw new LayoutError(`${item}: ${error.message}`, { cause: error });
  }
}

function checked<T>(what: string, schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new NodeError(`${what}: the answer is not what Substrate gives`);
}
