import { isRecord } from "../streams/data_shapes.ts";
import { JobError } from "./job_error.ts";
import type { JobStatus } from "./job_news.ts";

/** A job as the server answers it. Protocol, section 5: `retrieve-inscription`. */
export interface Inscription {
  readonly id: string;
  readonly status: JobStatus;
  readonly completed: boolean;
  readonly tx_id: string;
  readonly topic_id: string | null;
  readonly jsonTopicId?: string;
  readonly registryTopicId?: string;
  readonly messages: number;
  readonly maxMessages: number;
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
