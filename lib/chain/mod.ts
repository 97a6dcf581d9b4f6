/**
 * A Bittensor chain, read through the JSON-RPC of a Substrate node: who is in a subnet, and where its validators are.
 * @module
 */
export { type ChainUrl, isChainUrl, nodeName, parseChainUrl } from "./chain_url.ts";
export { type FindOptions, findValidators, type FoundValidator } from "./find_validators.ts";
export { LayoutError, NodeError } from "./errors.ts";
export type { FinalBlock, Neuron, SubnetReading } from "./read_subnet.ts";
export { SubnetWatch, type WatchOptions } from "./subnet_watch.ts";
