import type { JobStatus, RegisteredJob } from "../../protocol/mod.ts";

/** A file as it was taken in. */
export interface StoredFile {
  readonly name: string;
  readonly mimeType: string;
  /** Bytes of the file itself. */
  readonly size: number;
  /** SHA-256 of the file itself, in hex. */
  readonly hash: string;
  /** Bytes of its compressed form, which is what goes to the ledger. */
  readonly payloadSize: number;
}

/** What a topic of a job holds: the file, the metadata, or the pointer to the newest metadata. */
export type TopicKind = "file" | "json" | "registry";

/** A topic that a job has made. */
export interface JobTopic {
  readonly kind: TopicKind;
  readonly topicId: string;
  /** How many messages it will have. */
  readonly messages: number;
  /** What the messages hold; null for a registry. */
  readonly content: StoredFile | null;
}

/** What was asked for, besides the file. */
export interface JobRequest {
  /** The account for which it is inscribed. */
  readonly holderId: string;
  readonly mode: RegisteredJob["mode"];
  readonly network: RegisteredJob["network"];
  readonly creator: string | null;
  readonly description: string | null;
  readonly fileStandard: 1 | 2 | 6 | null;
  /** Whether the file is a collection's JSON, inscribed without another file. */
  readonly onlyJson: boolean;
}

/** A job with all that is needed to take it up again. */
export interface JobRecord {
  readonly id: string;
  readonly keyId: string;
  /** The client's name for its request: the same again means this job. */
  readonly requestId: string | null;
  readonly status: JobStatus;
  readonly request: JobRequest;
  readonly file: StoredFile;
  /** Whether its metadata was given and is kept with its file. */
  readonly hasMetadata: boolean;
  readonly transactionId: string;
  /** Base64. */
  readonly transactionBytes: string;
  readonly topics: readonly JobTopic[];
  /** Messages on the ledger, and how many there will be. */
  readonly messages: number;
  readonly maxMessages: number;
  /** 0 to 100; never falls. */
  readonly progress: number;
  /** Names its sequence of events. */
  readonly epoch: string;
  /** How many events there were. */
  readonly offset: number;
  /** Failures of the ledger since it last took something. */
  readonly attempts: number;
  readonly error: string | null;
  /** Its place in the sequence of completed inscriptions. */
  readonly number: number | null;
  /** In milliseconds since the Unix epoch. */
  readonly createdAt: number;
  readonly endedAt: number | null;
}

/** A job that has not ended, as it is listed. */
export interface OpenJob {
  readonly id: string;
  /** The instance that works on it. */
  readonly owner: string;
  readonly createdAt: number;
  /** Changes whenever an instance takes the job up. */
  readonly lease: string;
}

/** A job with the right to write it, which ends when another instance takes the job up. */
export interface HeldJob {
  readonly record: JobRecord;
  readonly lease: string;
}
