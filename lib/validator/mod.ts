/**
 * Family 1: miners prove who they are, submit predictions, get signed confirmations, and are told of games.
 * @module
 */
export type { ChainFilter, ChainState } from "./chain_metagraph.ts";
export {
  axonText,
  dendriteHeaders,
  type DendriteRequest,
  readDendrite,
  RisingNonces,
  synapseHash,
} from "./dendrite.ts";
export { epistulaHeaders, isEpistula, readEpistula } from "./epistula.ts";
export type { Games, GamesPublished } from "./game_board.ts";
export { dailyWagerLimit, type PredictionLimits } from "./rules.ts";
export type { Game } from "./game.ts";
export type { CustomMessage, Handler, HandlerContext } from "./handlers.ts";
export { type LegacyDialect, legacyDialectOf, legacyDialects } from "./legacy_dialects.ts";
export type { LegacyTerms } from "./legacy_session.ts";
export { parseMetagraph, type Registration } from "./metagraph.ts";
export type { Confirmed, JudgedPrediction } from "./prediction_book.ts";
export type { RegistryChange } from "./registry.ts";
export { bindToKey, openValidatorKey } from "./validator_key.ts";
export type { MinerSession } from "./session.ts";
export { type ConfirmationsPage, Validator, type ValidatorOptions } from "./validator.ts";
