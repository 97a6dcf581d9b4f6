/**
 * What travels between miners, validators and browsers: signed text, envelopes, predictions, games, errors and close
 * codes. Pure, and runs in browsers.
 * @module
 */
export { afterSilence, type Clock, sleep, systemClock, type Timer, WallTimes } from "./clock.ts";
export {
  type Close,
  closes,
  type ErrorCode,
  type ErrorDetails,
  type ErrorFrame,
  errorKinds,
  Refusal,
} from "./errors.ts";
export {
  attachSignature,
  type Authentication,
  authenticationSchema,
  composeText,
  type Envelope,
  envelopeSchema,
  isObject,
  maxDepth,
  maxNonceLength,
  parseMessage,
  type Position,
  positionSchema,
  readAuthentication,
  readEnvelope,
  type Signed,
  signedText,
} from "./envelope.ts";
export { FirstSignal } from "./first_signal.ts";
export { maxIdLength, type TeamGame, teamGameSchema } from "./games.ts";
export { maxStrangerSize, valueBounds } from "./message_bounds.ts";
export {
  maxBatch,
  noReceipt,
  readPredictions,
  type Receipt,
  receiptHash,
  receiptSchema,
  type ReceivedPrediction,
  sha256Hex,
  type TeamGamePrediction,
  teamGamePredictionSchema,
} from "./predictions.ts";
export { describeFault, describeIssue } from "./schema.ts";
export {
  type ExactJson,
  type ExactObject,
  Float,
  type ParseBounds,
  parseExact,
  Rendered,
  renderSigned,
  toPlain,
} from "./signed_text.ts";
export {
  type GatewayActivity,
  type MarketReceipt,
  type MarketsHealth,
  type MarketStatus,
  type NetworkMetrics,
  type NetworkPeer,
  type Peers,
  type Receipts,
  type StreamData,
  type StreamFormat,
  type StreamMessage,
  type StreamName,
  streamNames,
  type StreamStatus,
  streamSubprotocols,
} from "./streams.ts";
export { formatTimestamp, isDate, parseTimestamp, timestampWindow, utcDay } from "./timestamp.ts";
