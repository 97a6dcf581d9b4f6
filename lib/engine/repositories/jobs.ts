import { type BlobClaim, checkClaim } from "./blobs.ts";
import type { HeldJob, JobRecord, OpenJob, StoredFile } from "./job_record.ts";

type Owned = Pick<OpenJob, "owner" | "createdAt">;

const countKey = ["inscription_count"];
const maxKeysPerRead = 10;

/** Jobs, which of them have not ended, and the numbered sequence of completed ones. */
export class JobRepository {
  readonly #database: Deno.Kv;

  constructor(database: Deno.Kv) {
    this.#database = database;
  }

  /**
   * Adds a job that its owner works on, whose files are still claimed. Answers the job that the same request has made
   * before where there is one, without the right to write it. Throws when its transaction has a job already.
   */
  async create(
    job: JobRecord,
    owner: string,
    claims: readonly BlobClaim[] = [],
  ): Promise<HeldJob | { readonly record: JobRecord; readonly lease: null }> {
    const commit = this.#creation(job, owner);
    // Written again, so that nobody takes them over who has not seen the job.
    for (const claim of claims) checkClaim(commit, claim).set(["blobs", claim.id], owner);
    const created = await commit.commit();
    if (created.ok) return { record: job, lease: created.versionstamp };
    const earlier = job.requestId === null ? null : await this.ofRequest(job.keyId, job.requestId);
    if (earlier !== null) return { record: earlier, lease: null };
    const isPaid = await this.ofTransaction(job.transactionId) !== null;
    const problem = isPaid ? `transaction ${job.transactionId} has one already` : "its files are gone";
    throw new Error(`Cannot add job: ${problem}`);
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

  /** A job that has not ended, with its present lease; null where there is none. */
  async findOpen(id: string): Promise<OpenJob | null> {
    return readOpen(await this.#database.get<Owned>(["open_jobs", id]));
  }

  /** Takes a job up; whoever held it has lost it. Null when it was taken up by another meanwhile, or has ended. */
  async adopt({ id, createdAt, lease }: OpenJob, owner: string): Promise<HeldJob | null> {
    const adopted = await this.#database.atomic().check(heldBy(id, lease))
      .set(["open_jobs", id], { owner, createdAt } satisfies Owned)
      .commit();
    const record = adopted.ok ? await this.get(id) : null;
    return adopted.ok && record !== null ? { record, lease: adopted.versionstamp } : null;
  }

  /** Writes what has changed of a job that goes on; null when another has taken it up. */
  async save(job: JobRecord, lease: string): Promise<JobRecord | null> {
    const { ok } = await this.#database.atomic().check(heldBy(job.id, lease)).set(["jobs", job.id], job)
      .commit();
    return ok ? job : null;
  }

  /** Writes a job that has failed; null when another has taken it up. */
  async fail(job: JobRecord, lease: string): Promise<JobRecord | null> {
    const { ok } = await this.#database.atomic().check(heldBy(job.id, lease))
      .set(["jobs", job.id], job)
      .delete(["open_jobs", job.id])
      .commit();
    return ok ? job : null;
  }

  /**
   * Writes a job that is completed, under the next number of the sequence, unless it was before; null when another has
   * taken it up.
   */
  async complete(job: JobRecord, lease: string): Promise<JobRecord | null> {
    const openKey = ["open_jobs", job.id];
    for (;;) {
      const [count, stored, open] = await this.#database.getMany<[number, JobRecord, Owned]>([
        countKey,
        ["jobs", job.id],
        openKey,
      ]);
      if (stored.value?.status === "completed") return stored.value;
      if (open.versionstamp !== lease) return null;
      const number = (count.value ?? 0) + 1;
      const completed = { ...job, number };
      const commit = this.#database.atomic().check(count, open)
        .set(countKey, number)
        .set(["inscriptions", number], job.id)
        .set(["jobs", job.id], completed)
        .delete(openKey);
      for (const { topicId, content } of job.topics) {
        if (content !== null) commit.set(["inscription_topics", topicId], content);
      }
      if ((await commit.commit()).ok) return completed;
    }
  }

  /** The jobs that have not ended, whoever works on them. */
  async *open(): AsyncIterableIterator<OpenJob> {
    for await (const entry of this.#database.list<Owned>({ prefix: ["open_jobs"] })) yield toOpen(entry);
  }

  /** The jobs with these ids; those that there are not are left out. */
  async getAll(ids: readonly string[]): Promise<JobRecord[]> {
    const jobs = await this.#readAll<JobRecord>(ids.map((id) => ["jobs", id]));
    return jobs.filter((job) => job !== null);
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
    return await this.getAll(ids);
  }

  /** How many inscriptions are completed: the newest number. */
  async count(): Promise<number> {
    return (await this.#database.get<number>(countKey)).value ?? 0;
  }

  /** The completed inscriptions with these numbers, in the order asked for; numbers without one are left out. */
  async numbered(numbers: readonly number[]): Promise<JobRecord[]> {
    const ids = await this.#readAll<string>(numbers.map((number) => ["inscriptions", number]));
    return await this.getAll(ids.filter((id) => id !== null));
  }

  /** What a topic of a completed inscription holds. */
  async contentOf(topicId: string): Promise<StoredFile | null> {
    return (await this.#database.get<StoredFile>(["inscription_topics", topicId])).value;
  }

  #creation(job: JobRecord, owner: string): Deno.AtomicOperation {
    const { id, keyId, requestId, transactionId, request: { holderId }, createdAt } = job;
    const commit = this.#database.atomic();
    const keys = [["job_transactions", transactionId]];
    if (requestId !== null) keys.push(requestKey(keyId, requestId));
    for (const key of keys) commit.check({ key, versionstamp: null }).set(key, id);
    return commit
      .set(["jobs", id], job)
      .set(["open_jobs", id], { owner, createdAt } satisfies Owned)
      .set(["holder_jobs", keyId, holderId, createdAt, id], id);
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

function requestKey(keyId: string, requestId: string): string[] {
  return ["job_requests", keyId, requestId];
}

function heldBy(id: string, lease: string): Deno.AtomicCheck {
  return { key: ["open_jobs", id], versionstamp: lease };
}

function readOpen(entry: Deno.KvEntryMaybe<Owned>): OpenJob | null {
  return entry.versionstamp === null ? null : toOpen(entry);
}

function toOpen({ key, value, versionstamp }: Deno.KvEntry<Owned>): OpenJob {
  return { id: String(key[1]), ...value, lease: versionstamp };
}
