import type { HeldJob, JobRecord, JobRepository } from "../engine/mod.ts";
import { type Following, JobFollowers, type JobPosition } from "./following.ts";
import { hasEnded, isNews } from "./job_events.ts";

/** What of a job changes while it lives. */
export type JobChange = Partial<
  Pick<JobRecord, "status" | "topics" | "messages" | "maxMessages" | "progress" | "attempts">
>;

/**
 * A job that this server works on: every change is on disk before its followers are told. Only one task changes it. Once
 * another server has taken it up nothing of it can be written here, and its signal aborts.
 */
export class LiveJob {
  readonly followers: JobFollowers;
  readonly lease: string;
  readonly #jobs: JobRepository;
  readonly #stopping = new AbortController();
  readonly #settled = Promise.withResolvers<void>();
  readonly #said = new AbortController();
  readonly #paid = Promise.withResolvers<void>();
  #cancelled = false;
  #lost = false;

  /** @param followers know of it already, where clients followed it before it was taken up */
  constructor(
    jobs: JobRepository,
    { record, lease }: HeldJob,
    followers: JobFollowers = new JobFollowers(record),
  ) {
    this.#jobs = jobs;
    this.lease = lease;
    this.followers = followers;
    followers.tell(record);
    this.#noticePayment();
  }

  get record(): JobRecord {
    return this.followers.record;
  }

  get hasEnded(): boolean {
    return hasEnded(this.record);
  }

  get isCancelled(): boolean {
    return this.#cancelled;
  }

  /** Whether another server has it. */
  get isLost(): boolean {
    return this.#lost;
  }

  /** Aborts when work on it shall stop, for now or for good. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Aborts when its client says that it has executed the transaction. */
  get said(): AbortSignal {
    return this.#said.signal;
  }

  /** Resolves when it has ended, or work on it has stopped. */
  get settled(): Promise<void> {
    return this.#settled.promise;
  }

  /** Writes a change, then tells it. Throws the signal's reason when the job is lost. */
  async update(change: JobChange): Promise<void> {
    await this.#write(change, (next) => this.#jobs.save(next, this.lease));
  }

  async complete(endedAt: number): Promise<void> {
    const { maxMessages: messages } = this.record;
    const ending = { status: "completed", progress: 100, messages, endedAt } as const;
    await this.#write(ending, (next) => this.#jobs.complete(next, this.lease));
    this.settle();
  }

  async fail(error: string, endedAt: number): Promise<void> {
    const ending = { status: "failed", error, endedAt } as const;
    await this.#write(ending, (next) => this.#jobs.fail(next, this.lease));
    this.settle();
  }

  follow(position: JobPosition): Following {
    return this.followers.follow(position);
  }

  /** Its client says that it has executed the transaction; resolves when that is on disk, or work on it has stopped. */
  async executed(): Promise<void> {
    this.#said.abort();
    await Promise.race([this.#paid.promise, this.#settled.promise]);
  }

  cancel(): void {
    this.#cancelled = true;
    this.#stopping.abort(new DOMException("the job is cancelled", "AbortError"));
  }

  /** Work on it stops, to be taken up again. */
  stop(): void {
    this.#stopping.abort(new DOMException("the server stops", "AbortError"));
  }

  /** Another server has it: work on it stops here. */
  lose(): void {
    this.#lost = true;
    this.#stopping.abort(new DOMException("another server has taken the job up", "AbortError"));
  }

  /** Work on it has stopped. */
  settle(): void {
    this.#settled.resolve();
  }

  async #write(
    change: Partial<JobRecord>,
    write: (next: JobRecord) => Promise<JobRecord | null>,
  ): Promise<void> {
    const changed = { ...this.record, ...change };
    const offset = changed.offset + (isNews(this.record, changed) ? 1 : 0);
    const written = await write({ ...changed, offset });
    if (written === null) {
      this.lose();
      throw this.signal.reason;
    }
    this.followers.tell(written);
    this.#noticePayment();
  }

  #noticePayment(): void {
    if (this.record.status !== "awaiting_payment") this.#paid.resolve();
  }
}
