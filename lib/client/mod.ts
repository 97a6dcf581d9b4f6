/**
 * The miner's side of the gateway: submits predictions to validators until each has confirmed or refused them, and follows
 * their games; and clients of its live streams. Runs in Deno, Node and browsers.
 *
 * @module
 */
export type {
  Clock,
  ExactObject,
  Receipt,
  StreamData,
  StreamFormat,
  StreamMessage,
  TeamGamePrediction,
  Timer,
} from "../protocol/mod.ts";
export { MinerClient, type MinerOptions } from "./client.ts";
export type { Log, LogLevel } from "./context.ts";
export type {
  ClientEvent,
  ClientState,
  ConfirmationEvent,
  GamesEvent,
  ProblemEvent,
  RefusedEvent,
  StateEvent,
} from "./events.ts";
export type { ConnectOptions } from "./connect_options.ts";
export type { MessageHandler, ValidatorMessage } from "./handlers.ts";
export type { Fetch } from "./http_link.ts";
export {
  type InscribeFile,
  type InscribeRequest,
  type Inscription,
  JobClient,
  type JobClientOptions,
  type JobConnectionMode,
  JobError,
  type JobOptions,
  type JobProgress,
  type JobResult,
  type JobServer,
  type JobServers,
  type JobSocketLike,
  type JobStatus,
  type JobTransportName,
  maxFileSize,
  type SocketFactory,
  type SocketOptions,
  type StartedJob,
} from "./job_client.ts";
export type { SharedOptions } from "./options.ts";
export { MemoryOutbox, type Outbox, type OutboxEntry } from "./outbox.ts";
export { MinerPool, type PoolOptions } from "./pool.ts";
export {
  type ChainSummary,
  type FindingKind,
  findingKinds,
  ReceiptAudit,
  type ReceiptAuditOptions,
  type ReceiptFinding,
  type ReceiptReport,
} from "./receipts/mod.ts";
export type { MinerKey } from "./signer.ts";
export type { WebSocketClass, WebSocketLike } from "./socket.ts";
export {
  type Listen,
  type Page,
  StreamClient,
  type StreamClientOptions,
  type StreamSnapshot,
  type StreamSocket,
  type StreamSocketClass,
  type StreamState,
  type StreamTransport,
} from "./stream_client.ts";
export type { Prediction } from "./submissions.ts";
export { parseValidator, type ValidatorAddress, type ValidatorUrls, validatorUrls } from "./validator_url.ts";
