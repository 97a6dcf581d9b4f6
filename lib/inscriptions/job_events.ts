import type { JobRecord } from "../engine/mod.ts";
import type { JobStatus } from "../protocol/mod.ts";
import { topicOf } from "./inscription.ts";

/** Where in a job's sequence of events one stands. */
interface EventPosition {
  readonly epoch: string;
  readonly offset: number;
}

/** How far a job is. Protocol, section 5: `inscription-progress`. */
interface ProgressData extends EventPosition {
  readonly jobId: string;
  readonly status: JobStatus;
  /** 0 to 99, never falling: clients take 100 for the end, which has an event of its own. */
  readonly progress: number;
  readonly topicId?: string;
  readonly messages: number;
  readonly maxMessages: number;
}

/** How a job ended well. Protocol, section 5: `inscription-complete`. */
interface CompleteData extends EventPosition {
  readonly jobId: string;
  readonly status: "completed";
  readonly completed: true;
  readonly topicId: string;
  readonly topic_id: string;
  readonly jsonTopicId?: string;
  readonly registryTopicId?: string;
  readonly tx_id: string;
  readonly transactionId: string;
  readonly inscription_number: number | null;
}

/** How a job ended otherwise. Protocol, section 5: `inscription-error`. */
interface ErrorData extends EventPosition {
  readonly jobId: string;
  readonly error: string;
}

/** What followers of a job are told. */
export type JobEvent =
  | { readonly type: "progress"; readonly data: ProgressData }
  | { readonly type: "complete"; readonly data: CompleteData }
  | { readonly type: "error"; readonly data: ErrorData };

/** Whether nothing will follow a job in this state. */
export function hasEnded({ status }: Pick<JobRecord, "status">): boolean {
  return status === "completed" || status === "failed";
}

/** Whether a change is worth telling. */
export function isNews(before: JobRecord, after: JobRecord): boolean {
  const seen = ({ status, progress, topics, maxMessages }: JobRecord) =>
    `${status} ${progress} ${topics.length} ${maxMessages}`;
  return seen(before) !== seen(after);
}

/** An event without its place, as the log keeps it. */
export type JobNews =
  | { readonly type: "progress"; readonly data: Omit<ProgressData, keyof EventPosition> }
  | { readonly type: "complete"; readonly data: Omit<CompleteData, keyof EventPosition> }
  | { readonly type: "error"; readonly data: Omit<ErrorData, keyof EventPosition> };

/** The event that news are in their place. */
export function eventAt({ type, data }: JobNews, { epoch, offset }: EventPosition): JobEvent {
  return { type, data: { ...data, epoch, offset } } as JobEvent;
}

/** The newest event of a job, made of what is kept of it. */
export function stateOf(job: JobRecord): JobEvent {
  return eventAt(newsOf(job), job);
}

/** What there is to tell of a job as it is now. */
export function newsOf(job: JobRecord): JobNews {
  return hasEnded(job) ? endingOf(job) : progressOf(job);
}

function progressOf(job: JobRecord): JobNews {
  const { id: jobId, status, progress, messages, maxMessages } = job;
  const topicId = topicOf(job, "file");
  const data = { jobId, status, progress, ...(topicId && { topicId }), messages, maxMessages };
  return { type: "progress", data };
}

function endingOf(job: JobRecord): JobNews {
  const { id: jobId, transactionId, error, number } = job;
  if (job.status === "failed") return { type: "error", data: { jobId, error: error ?? "Failed" } };
  const topicId = topicOf(job, "file") ?? "";
  const jsonTopicId = topicOf(job, "json");
  const registryTopicId = topicOf(job, "registry");
  const data = {
    jobId,
    status: "completed" as const,
    completed: true as const,
    topicId,
    topic_id: topicId,
    ...(jsonTopicId && { jsonTopicId }),
    ...(registryTopicId && { registryTopicId }),
    tx_id: transactionId,
    transactionId,
    inscription_number: number,
  };
  return { type: "complete", data };
}
