/**
 * What travels between miners, validators and browsers, for programs of others: signed text, envelopes, predictions, games,
 * errors and close codes. Pure, and runs in browsers.
 * @module
 */
export { type Clock, systemClock, type Timer } from "./clock.ts";
export {
  attachSignature,
  type Authentication,
  composeText,
  type Envelope,
  isObject,
  maxDepth,
  maxNonceLength,
  parseMessage,
  type Position,
  readAuthentication,
  readEnvelope,
  type Signed,
  signedText,
} from "./envelope.ts";
export {
  type Close,
  closes,
  type Denial,
  denials,
  type ErrorCode,
  type ErrorDetails,
  type ErrorFrame,
  errorKinds,
  type Excess,
  excesses,
  Refusal,
} from "./errors.ts";
export { maxIdLength, type TeamGame } from "./games.ts";
export { type PredictionRefusal, predictionRefusals } from "./prediction_refusals.ts";
export {
  maxBatch,
  noReceipt,
  readPredictions,
  type Receipt,
  receiptHash,
  type ReceivedPrediction,
  sha256Hex,
  type TeamGamePrediction,
} from "./predictions.ts";
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
export * from "./streams.ts";
export { formatTimestamp, isDate, parseTimestamp, timestampWindow, utcDay } from "./timestamp.ts";
