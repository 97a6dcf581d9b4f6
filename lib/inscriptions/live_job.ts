import type { HeldJob, JobRecord, JobRepository, TellOfJob } from "../engine/mod.ts";
import { hasEnded, isNews, newsOf } from "./job_events.ts";
import type { FollowedJobs } from "./followed_jobs.ts";

/** What of a job changes while it lives. */
type JobChange = Partial<
  Pick<JobRecord, "status" | "topics" | "messages" | "maxMessages" | "progress" | "attempts">
>;

/**
 * A job that this server works on: every change is on disk before its followers are told. Only one task changes it. Once
 * another server has taken it up nothing of it can be written here, and its signal aborts.
 */
export class LiveJob {
  readonly lease: string;
  readonly #jobs: JobRepository;
  readonly #followed: FollowedJobs;
  #record: JobRecord;
  readonly #stopping = new AbortController();
  readonly #settled = Promise.withResolvers<void>();
  readonly #said = new AbortController();
  readonly #paid = Promise.withResolvers<void>();
  #cancelled = false;
  #lost = false;

  /** @param followed tells those who follow it */
  constructor(jobs: JobRepository, followed: FollowedJobs, { record, lease }: HeldJob) {
    this.#jobs = jobs;
    this.#followed = followed;
    this.lease = lease;
    this.#record = record;
    this.#noticePayment();
  }

  get record(): JobRecord {
    return this.#record;
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
    await this.#write(change, (next, tell) => this.#jobs.save(next, this.lease, tell));
  }

  async complete(endedAt: number): Promise<void> {
    const { maxMessages: messages } = this.record;
    const ending = { status: "completed", progress: 100, messages, endedAt } as const;
    await this.#write(ending, (next, tell) => this.#jobs.complete(next, this.lease, tell));
    this.settle();
  }

  async fail(error: string, endedAt: number): Promise<void> {
    const ending = { status: "failed", error, endedAt } as const;
    await this.#write(ending, (next, tell) => this.#jobs.fail(next, this.lease, tell));
    this.settle();
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
    this.#followed.look(this.record.id);
    this.#stopping.abort(new DOMException("another server has taken the job up", "AbortError"));
  }

  /** Work on it has stopped. */
  settle(): void {
    this.#settled.resolve();
  }

  async #write(
    change: Partial<JobRecord>,
    write: (next: JobRecord, tell: TellOfJob | undefined) => Promise<JobRecord | null>,
  ): Promise<void> {
    const changed = { ...this.record, ...change };
    const written = await write(changed, isNews(this.record, changed) ? newsOf : undefined)
      .catch((error) => {
        // It may have been written all the same.
        this.#followed.look(changed.id);
        throw error;
      });
    if (written === null) {
      this.lose();
      throw this.signal.reason;
    }
    this.#record = written;
    this.#followed.tell(written);
    this.#noticePayment();
  }

  #noticePayment(): void {
    if (this.record.status !== "awaiting_payment") this.#paid.resolve();
  }
}
