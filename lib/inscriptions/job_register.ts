import type { JobRecord, JobRepository } from "../engine/mod.ts";
import type { JobStatus, RegisteredJob } from "../protocol/mod.ts";
import type { ApiKeys } from "./api_keys.ts";
import { InscriptionError } from "./errors.ts";
import { topicOf } from "./inscription.ts";
import { hasEnded } from "./job_events.ts";

/** Which jobs are asked for. */
interface JobQuery {
  /** The status that they have; `open` ones have not ended. */
  readonly status?: JobStatus | "open" | undefined;
  /** Id of an API key. */
  readonly key?: string | undefined;
  readonly limit: number;
  /** Id of a job: those older than it. */
  readonly before?: string | undefined;
}

/** Some of all jobs. */
interface RegisteredJobs {
  /** Newest first. */
  readonly jobs: readonly RegisteredJob[];
  /** The `before` of the following page; null on the last one. */
  readonly next: string | null;
}

/** What a {@link JobRegister} works with. */
interface JobRegisterOptions {
  readonly jobs: JobRepository;
  readonly keys: ApiKeys;
  /** Ends a job, and answers how it ended; null where there is none. */
  readonly end: (id: string) => Promise<JobRecord | null>;
}

/** The jobs of all keys, for operators. */
export class JobRegister {
  readonly #options: JobRegisterOptions;

  constructor(options: JobRegisterOptions) {
    this.#options = options;
  }

  /** Throws an {@link InscriptionError} where there is no job `before`. */
  async list({ status, key, limit, before: id }: JobQuery): Promise<RegisteredJobs> {
    const { jobs } = this.#options;
    const before = id === undefined ? null : await jobs.get(id);
    if (id !== undefined && before === null) {
      throw new InscriptionError("invalid_request", `Invalid query: before: there is no job ${id}`);
    }
    const isWanted = (job: JobRecord) =>
      (key === undefined || job.keyId === key) &&
      (status === undefined || job.status === status || status === "open" && !hasEnded(job));
    const page = await jobs.newest({ limit, before, isWanted });
    return {
      jobs: await Promise.all(page.jobs.map((job) => this.#describe(job))),
      next: page.last?.id ?? null,
    };
  }

  /** A job; null where there is none. */
  async find(id: string): Promise<RegisteredJob | null> {
    const job = await this.#options.jobs.get(id);
    return job && await this.#describe(job);
  }

  /** Ends a job before its time, and answers how it ended; null where there is none. */
  async end(id: string): Promise<RegisteredJob | null> {
    const job = await this.#options.end(id);
    return job && await this.#describe(job);
  }

  async #describe(job: JobRecord): Promise<RegisteredJob> {
    const { jobs, keys } = this.#options;
    const { request, file } = job;
    const open = hasEnded(job) ? null : await jobs.findOpen(job.id);
    return {
      id: job.id,
      status: job.status,
      progress: job.progress,
      messages: job.messages,
      max_messages: job.maxMessages,
      attempts: job.attempts,
      server: open?.owner ?? null,
      key: { id: job.keyId, name: keys.nameOf(job.keyId) },
      holder: request.holderId,
      name: file.name,
      mime_type: file.mimeType,
      size: file.size,
      mode: request.mode,
      network: request.network,
      transaction_id: job.transactionId,
      topic_id: topicOf(job, "file") ?? null,
      inscription_number: job.number,
      error: job.error,
      created_at: new Date(job.createdAt).toISOString(),
      ended_at: job.endedAt === null ? null : new Date(job.endedAt).toISOString(),
    };
  }
}
