import { blake2b } from "@noble/hashes/blake2.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";

/** What a node holds is laid out otherwise than this program knows it: nothing of it is used. */
export class LayoutError extends Error {
  override readonly name = "LayoutError";
}

/** The bytes of a `0x` text. Throws a {@link LayoutError} for any other. */
export function bytesOf(hex: string): Uint8Array {
  if (!/^0x(?:[\da-f]{2})*$/i.test(hex)) throw new LayoutError("expected hex digits after 0x");
  return hexToBytes(hex.slice(2));
}

/** Reads SCALE, the chain's binary format, from the front. Whatever is not as expected throws a {@link LayoutError}. */
export class ScaleReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  take(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length) {
      throw new LayoutError(`expected ${length} bytes more, found ${this.#bytes.length - this.#at}`);
    }
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  /** An unsigned number of so many bytes, the lowest first. */
  uint(length: number): bigint {
    return this.take(length).reduceRight((sum, byte) => sum << 8n | BigInt(byte), 0n);
  }

  u8(): number {
    return Number(this.uint(1));
  }

  u16(): number {
    return Number(this.uint(2));
  }

  bool(): boolean {
    const byte = this.u8();
    if (byte > 1) throw new LayoutError(`expected 0 or 1, found ${byte}`);
    return byte === 1;
  }

  /** A number in as few bytes as it needs: the two lowest bits of the first say how many. */
  compact(): bigint {
    const first = this.u8();
    const mode = first & 3;
    if (mode === 3) return this.uint((first >> 2) + 4);
    const more = [0, 1, 3][mode] ?? 0;
    return (this.uint(more) << 8n | BigInt(first)) >> 2n;
  }

  /** A list of at most `most` items. */
  list<T>(most: number, item: () => T): T[] {
    const length = this.compact();
    if (length > BigInt(most)) throw new LayoutError(`expected at most ${most} items, found ${length}`);
    return Array.from({ length: Number(length) }, item);
  }

  /** Whether an optional value is there; it then follows. */
  isThere(): boolean {
    return this.bool();
  }

  /** Throws when something is left. */
  end(): void {
    const left = this.#bytes.length - this.#at;
    if (left > 0) throw new LayoutError(`${left} bytes are left over`);
  }
}

/** A u16 as the chain writes it, in hex. */
export function u16Hex(value: number): string {
  return [value & 255, value >> 8].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A list of fewer than 64 u16 as the chain writes it, in hex. */
export function shortListHex(values: readonly number[]): string {
  return (values.length << 2).toString(16).padStart(2, "0") + values.map(u16Hex).join("");
}

/** twox128 of the names: where the chain keeps what. The tests hash the names anew. */
const items = {
  keys: ["658faa385070e074c85bf6b568cf0555", "9f99a2ce711f3a31b2fc05604c93f179"],
  subnetworkN: ["658faa385070e074c85bf6b568cf0555", "a1048e9d244171852dfe8db314dc68ca"],
  validatorPermit: ["658faa385070e074c85bf6b568cf0555", "56af5b07ace59da2c9d7f0d48bc93143"],
  axons: ["658faa385070e074c85bf6b568cf0555", "b4e0c7b1d5f74994fcd58c28ab601fec"],
  commitmentOf: ["ca407206ec1ab726b2636c4b145ac287", "419a60ae8b01e6dcaebd7317e43c69bf"],
} as const;

/** What of a subnet is looked up. */
type StorageItem = keyof typeof items;

/** The key of what a subnet has once, and what the keys begin with of that which it has for each of its neurons. */
export function subnetKey(item: StorageItem, netuid: number): string {
  return `0x${items[item].join("")}${u16Hex(netuid)}`;
}

/** The key of what a subnet has for an account: `blake2_128Concat`. */
export function accountKey(item: "axons", netuid: number, account: Uint8Array): string {
  return subnetKey(item, netuid) + bytesToHex(blake2b(account, { dkLen: 16 })) + bytesToHex(account);
}
