/**
 * Family 2: clients that prove nothing and listen to what is polled from a chain node.
 * @module
 */
export type { StreamDefinition, StreamSource } from "./definition.ts";
export { streamDefinitions } from "./definitions.ts";
export { TooManyStreams } from "./declared_streams.ts";
export { type ChainNode, NodeError } from "./node.ts";
export { openNode } from "./open_node.ts";
export { CallRefused, SimulatedNode } from "./sim_node.ts";
export type { Stream } from "./stream.ts";
export { ownPolledStream } from "./own_polled_stream.ts";
export { StreamRefusal } from "./stream_errors.ts";
export { type OwnStream, Streams } from "./streams.ts";
export type { Wanted } from "./listening.ts";
export { openStreamAccess, readTokenKeys } from "./token_keys.ts";
