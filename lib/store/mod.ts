/**
 * What the gateway keeps, in Deno KV. A commit that resolved is on disk: with a file, Deno KV's SQLite runs in WAL mode
 * and syncs the log at every commit.
 * @module
 */
export { type ApiKeyRecord, ApiKeyRepository } from "./api_keys.ts";
export { type BlobClaim, blobPieceSize, BlobRepository } from "./blobs.ts";
export { openDatabase } from "./database.ts";
export { type GameRecord, GameRepository } from "./games.ts";
export { InstanceName } from "./instance_name.ts";
export { type InstanceRecord, InstanceRepository } from "./instances.ts";
export type {
  HeldJob,
  JobRecord,
  JobRequest,
  JobStatus,
  JobTopic,
  OpenJob,
  StoredFile,
  TopicKind,
} from "./job_record.ts";
export { JobRepository } from "./jobs.ts";
export { maxTextLength } from "./limits.ts";
export { type MinerRecord, MinerRepository } from "./miners.ts";
export {
  type Head,
  maxGroup,
  maxGroupSize,
  type MinerHead,
  type PredictionGroup,
  type PredictionRecord,
  PredictionRepository,
} from "./predictions.ts";
export { storeFiles, StoreGuard, StoreLost } from "./store_guard.ts";
export { type TopicBlock, type TopicHead, TopicRepository } from "./topics.ts";
