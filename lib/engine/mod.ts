/**
 * What the gateway keeps and passes on: the ports {@link Store} and {@link Log}, the engines behind them (Deno KV, in a file
 * or in memory, and PostgreSQL), and the repositories that speak through the ports. What a write resolves to is kept for good.
 * @module
 */
export { isEnough } from "./durability.ts";
export {
  type Engine,
  type EngineOptions,
  type KeptChannel,
  openEngine,
  readDatabaseSettings,
} from "./engine.ts";
export { type Follower, Followers } from "./followers.ts";
export { holdStore } from "./kv/exclusive.ts";
export { InstanceName, isFile } from "./kv/instance_name.ts";
export { damageOf } from "./kv/integrity.ts";
export { copyStoreFile, settleStoreFile } from "./kv/store_copy.ts";
export { storeFiles } from "./kv/store_guard.ts";
export { type HeldLease, type Lease, Leases } from "./lease.ts";
export type { ChannelEntry, HistoryLimits, Log, LogEntry, LogHead } from "./log.ts";
export {
  type ApiKeyRecord,
  ApiKeyRepository,
  apiKeysChannel,
  type KeyUsage,
} from "./repositories/api_keys.ts";
export {
  attend,
  attendancePrefix,
  type AttendanceRecord,
  AttendanceRepository,
} from "./repositories/attendance.ts";
export { type BlobClaim, blobPieceSize, BlobRepository } from "./repositories/blobs.ts";
export { bindToValidator } from "./repositories/bound_key.ts";
export { type ChainEntry, type ChainListRecord, ChainListRepository } from "./repositories/chain_lists.ts";
export {
  type AuditRecord,
  ConsoleRepository,
  type ConsoleSessionRecord,
  type OddsRecord,
} from "./repositories/console.ts";
export { FigureRepository, type ServerMark } from "./repositories/figures.ts";
export { GameRepository, gamesAtOnce, gamesChannel } from "./repositories/games.ts";
export { type InstanceRecord, InstanceRepository, type ServerFigures } from "./repositories/instances.ts";
export type {
  HeldJob,
  JobRecord,
  JobRequest,
  JobTopic,
  OpenJob,
  StoredFile,
  TopicKind,
} from "./repositories/job_record.ts";
export { jobChannel, JobRepository, type TellOfJob } from "./repositories/jobs.ts";
export { isDatabase } from "./postgres/address.ts";
export type { DatabaseSettings } from "./postgres/settings.ts";
export { beginLineage, type Lineage } from "./repositories/lineages.ts";
export { MinerRepository, minersChannel } from "./repositories/miners.ts";
export { NonceRepository } from "./repositories/nonces.ts";
export {
  newestValueKey,
  type OwnStreamRecord,
  OwnStreamRepository,
  ownStreamsChannel,
} from "./repositories/own_streams.ts";
export {
  confirmationsChannel,
  confirmationsPrefix,
  type Head,
  type MinerHead,
  type PredictionRecord,
  PredictionRepository,
  predictionsLock,
  PredictionTransaction,
} from "./repositories/predictions.ts";
export { makePrivateFile, makePrivateFolder, warnOfOthers } from "./private_files.ts";
export { type TopicBlock, type TopicHead, TopicRepository } from "./repositories/topics.ts";
export { type Answers, type AskOptions, Questions } from "./questions.ts";
export { SharedRecords } from "./shared_records.ts";
export { type Run, Sequence } from "./sequence.ts";
export { Turns } from "./turns.ts";
export type { Entry, KeepOptions, Key, Range, Store, Transaction, TransactOptions } from "./store.ts";
