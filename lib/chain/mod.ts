/**
 * A Bittensor chain, read through the JSON-RPC of a Substrate node: who is in a subnet, and where its validators are.
 * @module
 */
export { type ChainUrl, isChainUrl, nodeName, parseChainUrl } from "./chain_url.ts";
export { findValidators } from "./find_validators.ts";
export type { SubnetReading } from "./read_subnet.ts";
export { SubnetWatch } from "./subnet_watch.ts";
