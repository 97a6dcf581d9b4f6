import type { JobRecord, TopicKind } from "../engine/mod.ts";
import type { JobStatus } from "../protocol/mod.ts";

/** A job as its key sees it. Protocol, section 5: `retrieve-inscription`. */
export interface Inscription {
  readonly id: string;
  readonly status: JobStatus;
  readonly completed: boolean;
  readonly tx_id: string;
  readonly transactionId: string;
  readonly transactionBytes: string;
  readonly topic_id: string | null;
  readonly jsonTopicId?: string;
  readonly registryTopicId?: string;
  readonly messages: number;
  readonly maxMessages: number;
  readonly progress: number;
  readonly mode: JobRecord["request"]["mode"];
  readonly fileStandard?: 1 | 2 | 6;
  readonly holderId: string;
  readonly network: "mainnet" | "testnet";
  readonly name: string;
  readonly mimeType: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-256 of the file, in hex. */
  readonly hash: string;
  readonly inscription_number: number | null;
  /** ISO 8601. */
  readonly created_at: string;
  readonly error?: string;
}

/** The job's view. */
export function toInscription(job: JobRecord): Inscription {
  const { request, file, transactionId, error } = job;
  const jsonTopicId = topicOf(job, "json");
  const registryTopicId = topicOf(job, "registry");
  return {
    id: job.id,
    status: job.status,
    completed: job.status === "completed",
    tx_id: transactionId,
    transactionId,
    transactionBytes: job.transactionBytes,
    topic_id: topicOf(job, "file") ?? null,
    ...(jsonTopicId && { jsonTopicId }),
    ...(registryTopicId && { registryTopicId }),
    messages: job.messages,
    maxMessages: job.maxMessages,
    progress: job.progress,
    mode: request.mode,
    ...(request.fileStandard && { fileStandard: request.fileStandard }),
    holderId: request.holderId,
    network: request.network,
    name: file.name,
    mimeType: file.mimeType,
    size: file.size,
    hash: file.hash,
    inscription_number: job.number,
    created_at: new Date(job.createdAt).toISOString(),
    ...(error !== null && { error }),
  };
}

/** The id of a job's topic; a collection's JSON that is inscribed alone is file and JSON at once. */
export function topicOf({ topics, request }: JobRecord, kind: TopicKind): string | undefined {
  const sought = kind === "json" && request.onlyJson ? "file" : kind;
  return topics.find((topic) => topic.kind === sought)?.topicId;
}
