/** Where a job stands. */
export type JobStatus = "queued" | "awaiting_payment" | "processing" | "completed" | "failed";

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
  readonly mode: "file" | "upload" | "hashinal" | "hashinal-collection";
  readonly network: "mainnet" | "testnet";
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

const countKey = ["inscription_count"];
const maxKeysPerRead = 10;

/** Jobs, which of them have not ended, and the numbered sequence of completed ones. */
export class JobRepository {
  readonly #database: Deno.Kv;

  constructor(database: Deno.Kv) {
    this.#database = database;
  }

  /**
   * Adds a job, and answers it, or the one that the same request has made before. Throws when its transaction has one
   * already.
   */
  async create(job: JobRecord): Promise<JobRecord> {
    const transactionKey = ["job_transactions", job.transactionId];
    const commit = this.#database.atomic();
    if (job.requestId !== null) {
      const key = requestKey(job.keyId, job.requestId);
      commit.check({ key, versionstamp: null }).set(key, job.id);
    }
    const { ok } = await commit
      .check({ key: transactionKey, versionstamp: null })
      .set(transactionKey, job.id)
      .set(["jobs", job.id], job)
      .set(["open_jobs", job.id], job.createdAt)
      .set(["holder_jobs", job.keyId, job.request.holderId, job.createdAt, job.id], job.id)
      .commit();
    const earlier = ok || job.requestId === null ? null : await this.ofRequest(job.keyId, job.requestId);
    if (ok || earlier !== null) return earlier ?? job;
    throw new Error(`Cannot add job: transaction ${job.transactionId} has one already`);
  }

  /** The job that a key's request has made. */
  async ofRequest(keyId: string, requestId: string): Promise<JobRecord | null> {
    const { value } = await this.#database.get<string>(requestKey(keyId, requestId));
    return value === null ? null : await this.get(value);
  }

  async get(id: string): Promise<JobRecord | null> {
    return (await this.#database.get<JobRecord>(["jobs", id])).value;
  }

  /** The job that a transaction pays for. */
  async ofTransaction(transactionId: string): Promise<JobRecord | null> {
    const { value } = await this.#database.get<string>(["job_transactions", transactionId]);
    return value === null ? null : await this.get(value);
  }

  /** Writes what has changed of a job that goes on. */
  async save(job: JobRecord): Promise<void> {
    await this.#database.set(["jobs", job.id], job);
  }

  /** Writes a job that has failed. */
  async fail(job: JobRecord): Promise<void> {
    await this.#database.atomic().set(["jobs", job.id], job).delete(["open_jobs", job.id]).commit();
  }

  /** Writes a job that is completed, under the next number of the sequence, unless it was before. */
  async complete(job: JobRecord): Promise<JobRecord> {
    for (;;) {
      const [count, stored] = await this.#database.getMany<[number, JobRecord]>([countKey, ["jobs", job.id]]);
      if (stored.value?.status === "completed") return stored.value;
      const number = (count.value ?? 0) + 1;
      const completed = { ...job, number };
      const commit = this.#database.atomic().check(count)
        .set(countKey, number)
        .set(["inscriptions", number], job.id)
        .set(["jobs", job.id], completed)
        .delete(["open_jobs", job.id]);
      for (const { topicId, content } of job.topics) {
        if (content !== null) commit.set(["inscription_topics", topicId], content);
      }
      if ((await commit.commit()).ok) return completed;
    }
  }

  /** The jobs that have not ended, oldest first. */
  async open(): Promise<JobRecord[]> {
    const ids: string[] = [];
    for await (const { key } of this.#database.list({ prefix: ["open_jobs"] })) ids.push(String(key[1]));
    return (await this.#getAll(ids)).sort((a, b) => a.createdAt - b.createdAt);
  }

  /** A key's jobs for a holder, newest first, those older than `before` where it is given. */
  async ofHolder(
    keyId: string,
    holderId: string,
    { limit, before }: { limit: number; before: JobRecord | null },
  ): Promise<JobRecord[]> {
    const prefix = ["holder_jobs", keyId, holderId];
    const selector = before === null ? { prefix } : { prefix, end: [...prefix, before.createdAt, before.id] };
    const ids: string[] = [];
    for await (const { value } of this.#database.list<string>(selector, { limit, reverse: true })) {
      ids.push(value);
    }
    return await this.#getAll(ids);
  }

  /** How many inscriptions are completed: the newest number. */
  async count(): Promise<number> {
    return (await this.#database.get<number>(countKey)).value ?? 0;
  }

  /** The completed inscriptions with these numbers, in the order asked for; numbers without one are left out. */
  async numbered(numbers: readonly number[]): Promise<JobRecord[]> {
    const ids = await this.#readAll<string>(numbers.map((number) => ["inscriptions", number]));
    return await this.#getAll(ids.filter((id) => id !== null));
  }

  /** What a topic of a completed inscription holds. */
  async contentOf(topicId: string): Promise<StoredFile | null> {
    return (await this.#database.get<StoredFile>(["inscription_topics", topicId])).value;
  }

  async #getAll(ids: readonly string[]): Promise<JobRecord[]> {
    const jobs = await this.#readAll<JobRecord>(ids.map((id) => ["jobs", id]));
    return jobs.filter((job) => job !== null);
  }

  async #readAll<T>(keys: readonly Deno.KvKey[]): Promise<(T | null)[]> {
    const values: (T | null)[] = [];
    for (let start = 0; start < keys.length; start += maxKeysPerRead) {
      const entries = await this.#database.getMany<T[]>(keys.slice(start, start + maxKeysPerRead));
      values.push(...entries.map(({ value }) => value));
    }
    return values;
  }
}

function requestKey(keyId: string, requestId: string): Deno.KvKey {
  return ["job_requests", keyId, requestId];
}
