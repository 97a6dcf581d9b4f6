import { type Clock, FirstSignal, sleep } from "../protocol/mod.ts";
import type { HeldJob, JobRepository } from "../engine/mod.ts";
import { type Activity, logger, openJobStatuses } from "../telemetry/mod.ts";
import type { JobFiles } from "./job_files.ts";
import { JobRunner } from "./job_runner.ts";
import type { FollowedJobs } from "./followed_jobs.ts";
import { type Ledger, LedgerError } from "./ledger/ledger.ts";
import { LiveJob } from "./live_job.ts";
import type { InscriptionSettings } from "./settings.ts";
import { Slots } from "./slots.ts";

const log = logger("inscriptions");
const longestDelay = 60_000;

/**
 * The jobs that this server works on: each waits for its payment, then for its turn, and is tried again where that may
 * help.
 */
export class JobQueue {
  readonly #jobs: JobRepository;
  readonly #files: JobFiles;
  readonly #followed: FollowedJobs;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #activity: Activity;
  readonly #settings: InscriptionSettings;
  readonly #runner: JobRunner;
  readonly #slots: Slots;
  readonly #live = new Map<string, LiveJob>();
  readonly #tasks = new Set<Promise<void>>();
  readonly #stopping = new AbortController();

  constructor(options: {
    jobs: JobRepository;
    files: JobFiles;
    /** Tell those who follow a job. */
    followed: FollowedJobs;
    ledger: Ledger;
    clock: Clock;
    activity: Activity;
    settings: InscriptionSettings;
  }) {
    this.#jobs = options.jobs;
    this.#files = options.files;
    this.#followed = options.followed;
    this.#ledger = options.ledger;
    this.#clock = options.clock;
    this.#activity = options.activity;
    this.#settings = options.settings;
    this.#runner = new JobRunner(options);
    this.#slots = new Slots(options.settings.concurrency);
  }

  find(jobId: string): LiveJob | undefined {
    return this.#live.get(jobId);
  }

  /** How many jobs there are of each status. */
  counts(): Record<typeof openJobStatuses[number], number> {
    const counts = { awaiting_payment: 0, queued: 0, processing: 0 };
    for (const { record: { status } } of this.#live.values()) {
      if (status !== "completed" && status !== "failed") counts[status] += 1;
    }
    return counts;
  }

  /** Works on a job from now on; `done` runs when it has ended or work on it has stopped. */
  add(held: HeldJob, done: () => void): LiveJob {
    const { id } = held.record;
    const job = new LiveJob(this.#jobs, this.#followed, held);
    this.#live.set(id, job);
    const task = this.#run(job).finally(() => {
      this.#live.delete(id);
      const { status } = job.record;
      if (status === "completed" || status === "failed") this.#activity.jobsEnded[status] += 1;
      this.#tasks.delete(task);
      job.settle();
      done();
    });
    this.#tasks.add(task);
    return job;
  }

  /** Stops work on what another server has taken up. */
  async check(): Promise<void> {
    for (const job of [...this.#live.values()]) {
      const open = await this.#jobs.findOpen(job.record.id);
      if (open?.lease !== job.lease && !job.hasEnded) job.lose();
    }
  }

  /** Resolves when no job is worked on any more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const job of this.#live.values()) job.stop();
    await Promise.all(this.#tasks);
  }

  /** Never rejects: a store that fails is tried again until the queue stops. */
  async #run(job: LiveJob): Promise<void> {
    while (!job.hasEnded && !job.isLost && !this.#stopping.signal.aborted) {
      try {
        await (job.isCancelled ? job.fail("Cancelled", this.#clock.now()) : this.#advance(job));
      } catch (error) {
        if (error !== job.signal.reason) await this.#recover(job, error);
      }
    }
    if (job.hasEnded) await this.#clean(job);
  }

  async #advance(job: LiveJob): Promise<void> {
    const { keyId, status } = job.record;
    if (status === "awaiting_payment") {
      await this.#payment(job);
      await job.update({ status: "queued" });
    }
    const release = await this.#slots.acquire(keyId, job.signal);
    try {
      await this.#runner.run(job);
    } finally {
      release();
    }
  }

  async #payment({ record: { transactionId, createdAt }, signal, said }: LiveJob): Promise<void> {
    const { paymentTimeout } = this.#settings;
    const late = new AbortController();
    const timer = this.#clock.after(
      createdAt + paymentTimeout - this.#clock.now(),
      () => late.abort(new LedgerError("The transaction was not executed in time", { temporary: false })),
    );
    using first = new FirstSignal(signal, late.signal);
    try {
      await this.#ledger.awaitPayment(transactionId, first.signal, said);
    } finally {
      timer.cancel();
    }
  }

  /** After a failure: ends the job where another attempt is no use, else waits before it. */
  async #recover(job: LiveJob, error: unknown): Promise<void> {
    const attempts = job.record.attempts + 1;
    log.warning("Attempt {attempts} of job {id} failed: {error}", { id: job.record.id, attempts, error });
    try {
      if (!job.isCancelled) await this.#count(job, attempts, error);
    } catch (cause) {
      if (!job.isLost) log.error("Cannot store job {id}: {cause}", { id: job.record.id, cause });
    }
    const delay = Math.min(longestDelay, this.#settings.retryDelay * 2 ** Math.min(attempts - 1, 16));
    const signal = job.isCancelled ? this.#stopping.signal : job.signal;
    if (!job.hasEnded) await sleep(this.#clock, delay, signal);
  }

  async #count(job: LiveJob, attempts: number, error: unknown): Promise<void> {
    const isFinal = error instanceof LedgerError && !error.temporary;
    if (isFinal || attempts >= this.#settings.maxAttempts) {
      await job.fail(reasonOf(error), this.#clock.now());
    } else await job.update({ attempts });
  }

  async #clean(job: LiveJob): Promise<void> {
    try {
      await this.#files.remove(job.record.id);
    } catch (error) {
      // They are swept up later.
      log.warning("Cannot remove the files of job {id}: {error}", { id: job.record.id, error });
    }
  }
}

/** What the job's key is told: nothing of what goes on within. */
function reasonOf(error: unknown): string {
  return error instanceof LedgerError ? error.message : "Internal error";
}
