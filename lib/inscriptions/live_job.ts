import type { JobRecord, JobRepository } from "../store/mod.ts";
import { Following, type JobPosition } from "./following.ts";
import { eventsBetween, hasEnded, type JobEvent } from "./job_events.ts";

/** What of a job changes while it lives. */
export type JobChange = Partial<
  Pick<JobRecord, "status" | "topics" | "messages" | "maxMessages" | "progress" | "attempts">
>;

/** A job that has not ended: every change is on disk before its followers are told. Only one task changes it. */
export class LiveJob {
  readonly #jobs: JobRepository;
  readonly #followers = new Set<Following>();
  readonly #stopping = new AbortController();
  readonly #ended = Promise.withResolvers<void>();
  #record: JobRecord;
  /** The events since it was taken up; few, as progress is told in whole percents. */
  #history: JobEvent[] = [];
  #cancelled = false;

  constructor(jobs: JobRepository, record: JobRecord) {
    this.#jobs = jobs;
    this.#record = record;
  }

  get record(): JobRecord {
    return this.#record;
  }

  get hasEnded(): boolean {
    return hasEnded(this.#record);
  }

  get isCancelled(): boolean {
    return this.#cancelled;
  }

  /** Aborts when work on it shall stop, for now or for good. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Resolves when it has ended, or work on it has stopped. */
  get settled(): Promise<void> {
    return this.#ended.promise;
  }

  /** Writes a change, then tells it. */
  async update(change: JobChange): Promise<void> {
    await this.#write({ ...this.#record, ...change }, async (next) => {
      await this.#jobs.save(next);
      return next;
    });
  }

  async complete(endedAt: number): Promise<void> {
    const { maxMessages: messages } = this.#record;
    const ending = { status: "completed", progress: 100, messages, endedAt } as const;
    await this.#write({ ...this.#record, ...ending }, (next) => this.#jobs.complete(next));
    this.#ended.resolve();
  }

  async fail(error: string, endedAt: number): Promise<void> {
    await this.#write({ ...this.#record, status: "failed", error, endedAt }, async (next) => {
      await this.#jobs.fail(next);
      return next;
    });
    this.#ended.resolve();
  }

  follow(position: JobPosition): Following {
    const leave = (following: Following) => this.#followers.delete(following);
    const following = new Following(this.#record, this.#history, position, leave);
    this.#followers.add(following);
    return following;
  }

  cancel(): void {
    this.#cancelled = true;
    this.#stopping.abort(new DOMException("the job is cancelled", "AbortError"));
  }

  /** Work on it stops, to be taken up again. */
  stop(): void {
    this.#stopping.abort(new DOMException("the server stops", "AbortError"));
  }

  /** Work on it has stopped. */
  leave(): void {
    this.#ended.resolve();
    if (this.hasEnded) return;
    for (const following of this.#followers) following.stop();
  }

  async #write(changed: JobRecord, write: (next: JobRecord) => Promise<JobRecord>): Promise<void> {
    const count = eventsBetween(this.#record, changed).length;
    const next = await write({ ...changed, offset: this.#record.offset + count });
    const events = eventsBetween(this.#record, next);
    this.#record = next;
    this.#history.push(...events);
    for (const event of events) for (const following of [...this.#followers]) following.offer(event);
  }
}
