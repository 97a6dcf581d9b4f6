/**
 * What travels between miners, validators and browsers: signed text, envelopes, predictions, games, errors and close
 * codes. Pure, and runs in browsers. Programs of others get `package.ts` of it; what follows here is for this house alone.
 * @module
 */
export * from "./package.ts";
export { afterSilence, sleep, WallTimes, within } from "./clock.ts";
export { positionSchema } from "./envelope.ts";
export { FirstSignal } from "./first_signal.ts";
export { afterAbout, Moments } from "./moments.ts";
export { maxStrangerSize, maxTextLength, valueBounds } from "./message_bounds.ts";
export { type NewGame, readGame } from "./read_game.ts";
export {
  type Conversation,
  type FromClient,
  type FromGateway,
  type Json,
  Kind,
  type MessageEntry,
} from "./kind.ts";
export {
  anyHeartbeatAck,
  confirmation,
  exampleMiner,
  exampleRefusal,
  hotkey,
  minerConversation,
  place,
  signedMessage,
  teamGame,
  teamGamePrediction,
  time,
} from "./messages/miners.ts";
export { acceptedPrediction } from "./operators/accepted_prediction.ts";
export { type AuditRecord, auditRecord } from "./operators/audit_record.ts";
export { type Judgement, judgement } from "./operators/judgement.ts";
export { type JobStatus, jobStatuses } from "./job_status.ts";
export {
  type ListedMiner,
  type MetagraphDifference,
  metagraphDifference,
} from "./operators/metagraph_difference.ts";
export { type MinerDetails, minerDetails, mostLatest } from "./operators/miner_details.ts";
export { type MinerDay, type MinersDay, minersDay } from "./operators/miners_day.ts";
export { type OddsHistory, oddsHistory } from "./operators/odds_history.ts";
export {
  type NeighbouringPrediction,
  type PredictionProof,
  predictionProof,
} from "./operators/prediction_proof.ts";
export { type RegisteredJob, registeredJob } from "./operators/registered_job.ts";
export { type StreamState, streamState } from "./operators/stream_state.ts";
export {
  type ToldAlert,
  type ToldAlertRule,
  type ToldAlerts,
  toldAlerts,
  type WebhookDelivery,
  webhookDelivery,
} from "./operators/told_alerts.ts";
export {
  type RevokedApiKey,
  type ToldApiKey,
  type ToldApiKeys,
  toldApiKeys,
} from "./operators/told_api_keys.ts";
export {
  backupUnderWay,
  type ToldBackups,
  toldBackups,
  type ToldBackupUnderWay,
} from "./operators/told_backups.ts";
export { type ToldConnection, toldConnection } from "./operators/told_connection.ts";
export { type ToldConnections, toldConnections } from "./operators/told_connections.ts";
export { type ToldFigures, toldFigures } from "./operators/told_figures.ts";
export { type ToldGame, toldGame } from "./operators/told_game.ts";
export { type ToldMiner, toldMiner } from "./operators/told_miner.ts";
export { type ToldServer, toldServer } from "./operators/told_server.ts";
export { type ConsoleState, consoleState, type ToldSession, toldSession } from "./operators/told_session.ts";
export { type ToldSetting, toldSetting } from "./operators/told_setting.ts";
export { type ToldStore, toldStore } from "./operators/told_store.ts";
export {
  type Declaration,
  declarationSchema,
  longestStreamName,
  maxValueSize,
  ownStreamName,
  type PolledDeclaration,
  polledDeclarationsFault,
  polledDeclarationsSchema,
  type ValueCheck,
  valueCheck,
  type ValueSchema,
} from "./streams/own_stream.ts";
export { heartbeatAck } from "./messages/heartbeat_ack.ts";
export { together } from "./together.ts";
export { exampleJob, exampleJobPlace, jobNews, jobPlace } from "./messages/jobs.ts";
export { liveness, streamConversation, streamMessage } from "./messages/streams.ts";
export { type Durability, receiptSchema, teamGamePredictionSchema } from "./predictions.ts";
export { describeIssue } from "./schema.ts";
