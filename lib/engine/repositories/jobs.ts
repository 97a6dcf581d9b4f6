import type { Key, Range, Store, Transaction } from "../store.ts";
import { type BlobClaim, renewClaim } from "./blobs.ts";
import type { HeldJob, JobRecord, OpenJob, StoredFile } from "./job_record.ts";

type Owned = Pick<OpenJob, "owner" | "createdAt" | "lease">;

const countKey = ["inscription_count"] as const;

/** Says that all jobs are listed by their time, those of earlier programs too. */
const listedKey = ["jobs_by_time_listed"] as const;
/** Jobs that one page of a list is looked for among. */
const mostLookedAt = 1000;
const atOnce = 100;

/** Some of all jobs, newest first. */
interface JobPage {
  readonly jobs: readonly JobRecord[];
  /** The last that was looked at, after which a further page begins; null where there is none. */
  readonly last: JobRecord | null;
}

/** What the log keeps of a job as it is written. */
export type TellOfJob = (job: JobRecord) => unknown;

/** The channel of the log with what a job's followers are told. */
export function jobChannel(id: string): string {
  return `jobs/${id}`;
}

/** Jobs, which of them have not ended, and the numbered sequence of completed ones. */
export class JobRepository {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Adds a job that its owner works on, whose files are still claimed. Answers the job that the same request has made
   * before where there is one, without the right to write it. Throws when its transaction has a job already.
   */
  async create(
    job: JobRecord,
    owner: string,
    { claims = [], tell }: { claims?: readonly BlobClaim[]; tell?: TellOfJob } = {},
  ): Promise<HeldJob | { readonly record: JobRecord; readonly lease: null }> {
    const held = await this.#store.transact((transaction) => create(transaction, job, owner, claims, tell));
    if (held !== null) return held;
    const earlier = job.requestId === null ? null : await this.ofRequest(job.keyId, job.requestId);
    if (earlier !== null) return { record: earlier, lease: null };
    const isPaid = await this.ofTransaction(job.transactionId) !== null;
    const problem = isPaid ? `transaction ${job.transactionId} has one already` : "its files are gone";
    throw new Error(`Cannot add job: ${problem}`);
  }

  /** The job that a key's request has made. */
  async ofRequest(keyId: string, requestId: string): Promise<JobRecord | null> {
    const id = await this.#store.get<string>(requestKey(keyId, requestId));
    return id === null ? null : await this.get(id);
  }

  async get(id: string): Promise<JobRecord | null> {
    return await this.#store.get<JobRecord>(["jobs", id]);
  }

  /** The job that a transaction pays for. */
  async ofTransaction(transactionId: string): Promise<JobRecord | null> {
    const id = await this.#store.get<string>(["job_transactions", transactionId]);
    return id === null ? null : await this.get(id);
  }

  /** A job that has not ended, with its present lease; null where there is none. */
  async findOpen(id: string): Promise<OpenJob | null> {
    const owned = await this.#store.get<Owned>(["open_jobs", id]);
    return owned && { id, ...owned };
  }

  /** Takes a job up; whoever held it has lost it. Null when it was taken up by another meanwhile, or has ended. */
  async adopt(open: OpenJob, owner: string): Promise<HeldJob | null> {
    const { id, createdAt } = open;
    return await this.#store.transact(async (transaction) => {
      const record = await transaction.get<JobRecord>(["jobs", id]);
      if (record === null || !await isHeld(transaction, open)) return null;
      const lease = crypto.randomUUID();
      transaction.set(["open_jobs", id], { owner, createdAt, lease } satisfies Owned);
      return { record, lease };
    });
  }

  /** Writes what has changed of a job that goes on; null when another has taken it up. */
  async save(job: JobRecord, lease: string, tell?: TellOfJob): Promise<JobRecord | null> {
    return await this.#store.transact(async (transaction) => {
      if (!await isHeld(transaction, { id: job.id, lease })) return null;
      return await write(transaction, job, tell);
    });
  }

  /** Writes a job that has failed; null when another has taken it up. */
  async fail(job: JobRecord, lease: string, tell?: TellOfJob): Promise<JobRecord | null> {
    return await this.#store.transact(async (transaction) => {
      if (!await isHeld(transaction, { id: job.id, lease })) return null;
      transaction.delete(["open_jobs", job.id]);
      return await write(transaction, job, tell);
    });
  }

  /**
   * Writes a job that is completed, under the next number of the sequence, unless it was before; null when another has
   * taken it up.
   */
  async complete(job: JobRecord, lease: string, tell?: TellOfJob): Promise<JobRecord | null> {
    return await this.#store.transact(async (transaction) => {
      const stored = await transaction.get<JobRecord>(["jobs", job.id]);
      if (stored?.status === "completed") return stored;
      if (!await isHeld(transaction, { id: job.id, lease })) return null;
      const number = (await transaction.get<number>(countKey) ?? 0) + 1;
      transaction.set(countKey, number);
      transaction.set(["inscriptions", number], job.id);
      transaction.delete(["open_jobs", job.id]);
      for (const { topicId, content } of job.topics) {
        if (content !== null) transaction.set(["inscription_topics", topicId], content);
      }
      return await write(transaction, { ...job, number }, tell);
    });
  }

  /** The jobs that have not ended, whoever works on them. */
  async *open(): AsyncIterableIterator<OpenJob> {
    for await (const { key, value } of this.#store.list<Owned>({ prefix: ["open_jobs"] })) {
      yield { id: String(key[1]), ...value };
    }
  }

  /** The jobs with these ids; those that there are not are left out. */
  async getAll(ids: readonly string[]): Promise<JobRecord[]> {
    const jobs = await this.#store.getMany<JobRecord>(ids.map((id) => ["jobs", id]));
    return jobs.filter((job) => job !== null);
  }

  /** A key's jobs for a holder, newest first, those older than `before` where it is given. */
  async ofHolder(
    keyId: string,
    holderId: string,
    { limit, before }: { limit: number; before: JobRecord | null },
  ): Promise<JobRecord[]> {
    const prefix = ["holder_jobs", keyId, holderId] as const;
    const range = { prefix, ...olderThan(before), limit, reverse: true } as const;
    const ids: string[] = [];
    for await (const { value } of this.#store.list<string>(range)) ids.push(value);
    return await this.getAll(ids);
  }

  /** Has jobs that an earlier program has made listed by their time. */
  async listByTime(): Promise<void> {
    if (await this.#store.get<boolean>(listedKey)) return;
    for await (const { value: { id, createdAt } } of this.#store.list<JobRecord>({ prefix: ["jobs"] })) {
      await this.#store.set(timeKey(createdAt, id), id);
    }
    await this.#store.set(listedKey, true);
  }

  /** The newest jobs of all keys that are wanted, those older than `before` where it is given, up to `limit`. */
  async newest(
    { limit, before, isWanted }: {
      readonly limit: number;
      readonly before: JobRecord | null;
      readonly isWanted: (job: JobRecord) => boolean;
    },
  ): Promise<JobPage> {
    const jobs: JobRecord[] = [];
    let last = before;
    for (let looked = 0; looked < mostLookedAt; looked += atOnce) {
      const { batch, isLast } = await this.#older(last);
      for (const job of batch) {
        last = job;
        if (isWanted(job)) jobs.push(job);
        if (jobs.length === limit) return { jobs, last };
      }
      if (isLast) return { jobs, last: null };
    }
    return { jobs, last };
  }

  async #older(job: JobRecord | null): Promise<{ batch: readonly JobRecord[]; isLast: boolean }> {
    const ids: string[] = [];
    const range = { prefix: ["jobs_by_time"], ...olderThan(job), limit: atOnce, reverse: true } as const;
    for await (const { value } of this.#store.list<string>(range)) ids.push(value);
    return { batch: await this.getAll(ids), isLast: ids.length < atOnce };
  }

  /** How many inscriptions are completed: the newest number. */
  async count(): Promise<number> {
    return await this.#store.get<number>(countKey) ?? 0;
  }

  /** The completed inscriptions with these numbers, in the order asked for; numbers without one are left out. */
  async numbered(numbers: readonly number[]): Promise<JobRecord[]> {
    const ids = await this.#store.getMany<string>(numbers.map((number) => ["inscriptions", number]));
    return await this.getAll(ids.filter((id) => id !== null));
  }

  /** The jobs that ended before a time, in milliseconds since the Unix epoch. */
  async *endedBefore(time: number): AsyncIterableIterator<JobRecord> {
    for await (const { value } of this.#store.list<JobRecord>({ prefix: ["jobs"] })) {
      if (value.endedAt !== null && value.endedAt < time) yield value;
    }
  }

  /**
   * Removes jobs that have ended, up to a hundred at a time, all of them or none. Their numbers stay taken, and what their
   * topics hold stays.
   */
  async forget(jobs: readonly JobRecord[]): Promise<void> {
    await this.#store.transact((transaction) => {
      for (const { id, keyId, requestId, transactionId, number, request: { holderId }, createdAt } of jobs) {
        transaction.delete(["jobs", id]);
        transaction.delete(timeKey(createdAt, id));
        transaction.forget(jobChannel(id));
        transaction.delete(["job_transactions", transactionId]);
        transaction.delete(["holder_jobs", keyId, holderId, createdAt, id]);
        if (requestId !== null) transaction.delete(requestKey(keyId, requestId));
        if (number !== null) transaction.delete(["inscriptions", number]);
      }
      return Promise.resolve();
    });
  }

  /** What a topic of a completed inscription holds. */
  async contentOf(topicId: string): Promise<StoredFile | null> {
    return await this.#store.get<StoredFile>(["inscription_topics", topicId]);
  }
}

/** Writes a job, under the offset of what is told of it where something is. */
async function write(transaction: Transaction, job: JobRecord, tell?: TellOfJob): Promise<JobRecord> {
  const offset = tell === undefined ? job.offset : await transaction.append(jobChannel(job.id), tell(job));
  const written = { ...job, offset };
  transaction.set(["jobs", job.id], written);
  return written;
}

/** Adds a job, and answers it with the right to write it; null where it cannot be added. */
async function create(
  transaction: Transaction,
  job: JobRecord,
  owner: string,
  claims: readonly BlobClaim[],
  tell: TellOfJob | undefined,
): Promise<HeldJob | null> {
  const { id, keyId, requestId, transactionId, request: { holderId }, createdAt } = job;
  const keys: Key[] = [["job_transactions", transactionId]];
  if (requestId !== null) keys.push(requestKey(keyId, requestId));
  if ((await transaction.getMany(keys)).some((taken) => taken !== null)) return null;
  // Claimed again, so that nobody takes them over who has not seen the job.
  for (const claim of claims) if (!await renewClaim(transaction, claim, owner)) return null;
  for (const key of keys) transaction.set(key, id);
  const lease = crypto.randomUUID();
  const record = await write(transaction, job, tell);
  transaction.set(["open_jobs", id], { owner, createdAt, lease } satisfies Owned);
  transaction.set(["holder_jobs", keyId, holderId, createdAt, id], id);
  transaction.set(timeKey(createdAt, id), id);
  return { record, lease };
}

async function isHeld(
  transaction: Transaction,
  { id, lease }: Pick<OpenJob, "id" | "lease">,
): Promise<boolean> {
  return (await transaction.get<Owned>(["open_jobs", id]))?.lease === lease;
}

function timeKey(createdAt: number, id: string): Key {
  return ["jobs_by_time", createdAt, id];
}

function requestKey(keyId: string, requestId: string): Key {
  return ["job_requests", keyId, requestId];
}

/** The part of a range that ends before a job; all of it where there is none. */
function olderThan(job: JobRecord | null): Pick<Range, "to"> {
  return job === null ? {} : { to: [job.createdAt, job.id] };
}
