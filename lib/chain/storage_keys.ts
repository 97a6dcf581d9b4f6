import { blake2b } from "@noble/hashes/blake2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { u16Hex } from "./scale.ts";

/** twox128 of the names: where the chain keeps what. The tests hash the names anew. */
const items = {
  keys: ["658faa385070e074c85bf6b568cf0555", "9f99a2ce711f3a31b2fc05604c93f179"],
  subnetworkN: ["658faa385070e074c85bf6b568cf0555", "a1048e9d244171852dfe8db314dc68ca"],
  validatorPermit: ["658faa385070e074c85bf6b568cf0555", "56af5b07ace59da2c9d7f0d48bc93143"],
  axons: ["658faa385070e074c85bf6b568cf0555", "b4e0c7b1d5f74994fcd58c28ab601fec"],
  commitmentOf: ["ca407206ec1ab726b2636c4b145ac287", "419a60ae8b01e6dcaebd7317e43c69bf"],
} as const;

/** What of a subnet is looked up. */
export type StorageItem = keyof typeof items;

/** The key of what a subnet has once, and what the keys begin with of that which it has for each of its neurons. */
export function subnetKey(item: StorageItem, netuid: number): string {
  return `0x${items[item].join("")}${u16Hex(netuid)}`;
}

/** The key of what a subnet has for an account: `blake2_128Concat`. */
export function accountKey(item: "axons", netuid: number, account: Uint8Array): string {
  return subnetKey(item, netuid) + bytesToHex(blake2b(account, { dkLen: 16 })) + bytesToHex(account);
}
