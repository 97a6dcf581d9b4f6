/**
 * The miner's side of the gateway: submits predictions to validators until each has confirmed or refused them, and follows
 * their games; and clients of its live streams. Runs in Deno, Node and browsers.
 *
 * @module
 */
export type {
  Clock,
  ExactObject,
  OwnStreamMessage,
  Receipt,
  StreamData,
  StreamFormat,
  StreamMessage,
  TeamGame,
  TeamGamePrediction,
  Timer,
} from "../protocol/mod.ts";
export type { JobStatus } from "../protocol/job_status.ts";
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
export type { Fetch } from "./http_requests.ts";
export { JobClient } from "./job_client.ts";
export type { Inscription } from "./jobs/inscription.ts";
export { JobError } from "./jobs/job_error.ts";
export type { JobProgress, JobResult, StartedJob } from "./jobs/job_news.ts";
export type { JobServer, JobServers } from "./jobs/job_servers.ts";
export type { JobSocketLike, SocketFactory, SocketOptions } from "./jobs/job_socket.ts";
export type { JobTransportName } from "./jobs/job_carriers.ts";
export type { JobOptions } from "./jobs/job_watch.ts";
export type { JobClientOptions, JobConnectionMode } from "./jobs/options.ts";
export { type InscribeFile, type InscribeRequest, maxFileSize } from "./jobs/start_request.ts";
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
export { predictionOn } from "./prediction_on.ts";
export type { MinerKey } from "./signer.ts";
export type { WebSocketClass, WebSocketLike } from "./socket.ts";
export { StreamClient } from "./stream_client.ts";
export type { StreamClientOptions, StreamSocket, StreamSocketClass } from "./streams/options.ts";
export type { Listen, Page } from "./streams/page_watch.ts";
export type { StreamSnapshot, StreamState, StreamTransport } from "./streams/snapshot.ts";
export type { TokenSource } from "./streams/stream_tokens.ts";
export type { SubscribeOptions } from "./streams/topics.ts";
export type { Prediction } from "./submissions.ts";
export { parseValidator, type ValidatorAddress, type ValidatorUrls, validatorUrls } from "./validator_url.ts";
