import { isRecord } from "../json.ts";
import { JobError } from "./job_error.ts";
import type { JobStatus } from "../../protocol/job_status.ts";

/** A job as the server answers it. Protocol, section 5: `retrieve-inscription`. */
export interface Inscription {
  /** The job's id. */
  readonly id: string;
  /** How far it is. */
  readonly status: JobStatus;
  /** Whether all of it is on the ledger. */
  readonly completed: boolean;
  /** The transaction that paid for it. */
  readonly tx_id: string;
  /** Where the file is; null while there is no topic. */
  readonly topic_id: string | null;
  /** Where the metadata is. */
  readonly jsonTopicId?: string;
  /** The collection's registry. */
  readonly registryTopicId?: string;
  /** Messages that are on the ledger. */
  readonly messages: number;
  /** Messages that there will be. */
  readonly maxMessages: number;
  /** What was asked for, such as `file`. */
  readonly mode: string;
  /** Why it failed. */
  readonly error?: string;
  /** Whatever else the server tells. */
  readonly [field: string]: unknown;
}

/** Takes an answer for a job. Throws a {@link JobError} when it is none. */
export function readInscription(value: unknown): Inscription {
  if (isRecord(value) && typeof value["id"] === "string" && typeof value["status"] === "string") {
    return value as unknown as Inscription;
  }
  throw new JobError("unreadable", "Cannot read the server's answer: expected a job");
}
