import { type JobStatus, jobStatuses } from "../../protocol/job_status.ts";
import type { jobNews } from "../../protocol/mod.ts";
import { isRecord } from "../json.ts";
import { isOffset, shown } from "../streams/server_message.ts";

/** How far a job is. */
export interface JobProgress {
  /** The job's id. */
  readonly jobId: string;
  /** How far it is, in a word. */
  readonly status: JobStatus;
  /** 0 to 100; never falls. */
  readonly progress: number;
  /** The topic of the file, once there is one. */
  readonly topicId: string | undefined;
  /** Messages on the ledger, and how many there will be. */
  readonly messages: number;
  /** Messages that there will be. */
  readonly maxMessages: number;
}

/** A completed inscription. */
export interface JobResult {
  /** The job's id. */
  readonly jobId: string;
  /** The transaction that paid for it. */
  readonly transactionId: string;
  /** Where the file is read back. */
  readonly topicId: string;
  /** The topic of the metadata, in hashinal modes. */
  readonly jsonTopicId: string | undefined;
  /** The topic that points to the newest metadata, with file standard 6. */
  readonly registryTopicId: string | undefined;
  /** Its place among all inscriptions of the server. */
  readonly inscriptionNumber: number | undefined;
}

/** What there is to know about a job. */
export type JobNews =
  | { readonly kind: "progress"; readonly progress: JobProgress }
  | { readonly kind: "done"; readonly result: JobResult }
  | { readonly kind: "failed"; readonly error: string };

/** How far a job's events were received. */
export interface JobPosition {
  readonly epoch: string;
  readonly offset: number;
}

/** A job that the server has taken. */
export interface StartedJob {
  /** The job's id. */
  readonly jobId: string;
  /** The transaction that pays for it. */
  readonly transactionId: string;
  /** Base64; what has to be executed for the job to be paid. */
  readonly transactionBytes: string;
}

type Fields = Readonly<Record<string, unknown>>;

const text = (value: unknown) => typeof value === "string" && value !== "" ? value : undefined;
const count = (value: unknown) => isOffset(value) ? value : 0;
const isStatus = (value: unknown): value is JobStatus => jobStatuses.some((status) => status === value);

/** The position that an event or an acknowledgement names; undefined when it names none. */
export function readPosition(value: unknown): JobPosition | undefined {
  const { epoch, offset } = isRecord(value) ? value : {};
  return typeof epoch === "string" && isOffset(offset) ? { epoch, offset } : undefined;
}

/** The id of the job that an event or an answer is about. */
export function readJobId(value: unknown): string | undefined {
  return isRecord(value) ? text(value["jobId"]) ?? text(value["id"]) : undefined;
}

/** Reads the answer to a start, over either transport; undefined when it is none. */
export function readStarted(value: unknown): StartedJob | undefined {
  const jobId = readJobId(value);
  if (jobId === undefined || !isRecord(value)) return undefined;
  const transactionId = text(value["tx_id"]) ?? text(value["transactionId"]) ?? "";
  return { jobId, transactionId, transactionBytes: text(value["transactionBytes"]) ?? "" };
}

const readers: Readonly<Record<keyof typeof jobNews, (fields: Fields, jobId: string) => JobNews>> = {
  "inscription-progress": (fields, jobId) => ({ kind: "progress", progress: progressOf(fields, jobId) }),
  "inscription-complete": (fields, jobId) => doneOf(fields, jobId),
  "inscription-error": failedOf,
};

/** The events by which a server tells of jobs. Protocol, section 5. */
export const jobEvents: readonly string[] = Object.keys(readers);

const isEvent = (name: string): name is keyof typeof jobNews => Object.hasOwn(readers, name);

/** Reads a job's event; undefined when it is none. */
export function readEvent(name: string, value: unknown): JobNews | undefined {
  const jobId = readJobId(value);
  if (jobId === undefined || !isRecord(value) || !isEvent(name)) return undefined;
  return readers[name](value, jobId);
}

/** Reads a job as it is retrieved over HTTP; undefined when it is none. */
export function readRecord(value: unknown): JobNews | undefined {
  const jobId = readJobId(value);
  if (jobId === undefined || !isRecord(value) || typeof value["status"] !== "string") return undefined;
  if (value["status"] === "failed" || text(value["error"]) !== undefined) return failedOf(value);
  if (value["completed"] === true || value["status"] === "completed") return doneOf(value, jobId);
  return { kind: "progress", progress: progressOf(value, jobId) };
}

function progressOf(fields: Fields, jobId: string): JobProgress {
  const { status, progress } = fields;
  const messages = count(fields["messages"]);
  const maxMessages = count(fields["maxMessages"]);
  const share = maxMessages > 0 ? Math.floor(100 * messages / maxMessages) : 0;
  const percentage = typeof progress === "number" && Number.isFinite(progress) ? progress : share;
  return {
    jobId,
    status: isStatus(status) ? status : "processing",
    progress: Math.min(100, Math.max(0, percentage)),
    topicId: topicOf(fields),
    messages,
    maxMessages,
  };
}

function doneOf(fields: Fields, jobId: string): JobNews {
  const result = {
    jobId,
    transactionId: text(fields["tx_id"]) ?? text(fields["transactionId"]) ?? "",
    topicId: topicOf(fields) ?? "",
    jsonTopicId: text(fields["jsonTopicId"]),
    registryTopicId: text(fields["registryTopicId"]),
    inscriptionNumber: isOffset(fields["inscription_number"]) ? fields["inscription_number"] : undefined,
  };
  return { kind: "done", result };
}

function failedOf({ error }: Fields): JobNews {
  return { kind: "failed", error: shown(error, "The inscription failed") };
}

const topicOf = (fields: Fields) => text(fields["topicId"]) ?? text(fields["topic_id"]);
