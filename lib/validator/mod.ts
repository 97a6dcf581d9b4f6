/**
 * Family 1: miners prove who they are, submit predictions, get signed confirmations, and are told of games.
 * @module
 */
export type { ChainState } from "./chain_metagraph.ts";
export {
  axonText,
  dendriteHeaders,
  type DendriteRequest,
  readDendrite,
  RisingNonces,
  synapseHash,
} from "./dendrite.ts";
export { isEpistula, readEpistula } from "./epistula.ts";
export type { Games } from "./game_board.ts";
export { dailyWagerLimit } from "./rules.ts";
export type { Handler } from "./handlers.ts";
export { legacyDialectOf, legacyDialects } from "./legacy_dialects.ts";
export type { LegacyTerms } from "./legacy_session.ts";
export { parseMetagraph, type Registration } from "./metagraph.ts";
export type { Confirmed, JudgedPrediction } from "./prediction_book.ts";
export type { RegistryChange } from "./registry.ts";
export { bindToKey, openValidatorKey } from "./validator_key.ts";
export { type ConfirmationsPage, Validator } from "./validator.ts";
