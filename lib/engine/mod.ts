/**
 * What the gateway keeps, in Deno KV. A commit that resolved is on disk: with a file, Deno KV's SQLite runs in WAL mode
 * and syncs the log at every commit.
 * @module
 */
export { type ApiKeyRecord, ApiKeyRepository, type KeyUsage } from "./repositories/api_keys.ts";
export { type BlobClaim, blobPieceSize, BlobRepository } from "./repositories/blobs.ts";
export { type ChainEntry, type ChainListRecord, ChainListRepository } from "./repositories/chain_lists.ts";
export { openDatabase } from "./kv/database.ts";
export { type GameRecord, GameRepository } from "./repositories/games.ts";
export { InstanceName } from "./instance_name.ts";
export { type InstanceRecord, InstanceRepository } from "./repositories/instances.ts";
export type {
  HeldJob,
  JobRecord,
  JobRequest,
  JobStatus,
  JobTopic,
  OpenJob,
  StoredFile,
  TopicKind,
} from "./repositories/job_record.ts";
export { JobRepository } from "./repositories/jobs.ts";
export { maxTextLength } from "./kv/limits.ts";
export { type MinerRecord, MinerRepository } from "./repositories/miners.ts";
export {
  type Head,
  maxGroup,
  maxGroupSize,
  type MinerHead,
  type PredictionGroup,
  type PredictionRecord,
  PredictionRepository,
} from "./repositories/predictions.ts";
export { storeFiles, StoreGuard, StoreLost } from "./kv/store_guard.ts";
export { type TopicBlock, type TopicHead, TopicRepository } from "./repositories/topics.ts";
