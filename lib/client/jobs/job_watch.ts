import { JobError } from "./job_error.ts";
import type { JobNews, JobPosition, JobProgress, JobResult, StartedJob } from "./job_news.ts";
import type { StartMessages } from "./start_request.ts";

/** How a caller follows a job. */
export interface JobOptions {
  /** The server has taken the job, which goes on from here whatever becomes of this client. */
  readonly onStarted?: ((job: StartedJob) => void) | undefined;
  /** The job has moved; the last progress is 100. What it throws ends the waiting. */
  readonly onProgress?: ((progress: JobProgress) => void) | undefined;
  /** Ends the waiting, and not the job. */
  readonly signal?: AbortSignal | undefined;
}

/** One job as its caller waits for it: what is to be started or followed, and how far it is. */
export class JobWatch {
  /** Resolves with the inscription; rejects with a {@link JobError}, or with the reason of the signal. */
  readonly outcome: Promise<JobResult>;
  /** What starts it; undefined: it is followed only. */
  readonly start: StartMessages | undefined;
  /** Connections that were lost while its start was unanswered. */
  lostStarts = 0;
  /** Whether its transaction is executed, and the server has not acknowledged that it was told. */
  owesWord = false;
  readonly #options: JobOptions;
  #resolve: (result: JobResult) => void = () => {};
  #reject: (error: unknown) => void = () => {};
  #isSettled = false;
  #jobId: string | undefined;
  #position: JobPosition | undefined;
  #shown: JobProgress | undefined;
  #onSettled = () => {};

  constructor(subject: { start: StartMessages } | { jobId: string }, options: JobOptions) {
    this.start = "start" in subject ? subject.start : undefined;
    this.#jobId = "jobId" in subject ? subject.jobId : undefined;
    this.#options = options;
    // Node has Promise.withResolvers only from version 22 on.
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Undefined until the server has told it. */
  get jobId(): string | undefined {
    return this.#jobId;
  }

  get position(): JobPosition | undefined {
    return this.#position;
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** Begins to listen to the caller's signal; `settled` is called once, when there is nothing more to do. */
  open(settled: () => void): void {
    const { signal } = this.#options;
    const abort = () => this.fail(signal?.reason);
    this.#onSettled = () => {
      signal?.removeEventListener("abort", abort);
      settled();
    };
    signal?.addEventListener("abort", abort);
    if (signal?.aborted) abort();
  }

  /** The server has taken the job. */
  started(job: StartedJob, position: JobPosition | undefined): void {
    this.#jobId = job.jobId;
    this.#position = position;
    this.#tell(() => this.#options.onStarted?.(job));
  }

  /** Takes news of the job, from wherever they come and in whatever order. */
  receive(news: JobNews, position?: JobPosition): void {
    if (this.#isSettled) return;
    if (position !== undefined) this.#position = position;
    if (news.kind === "done") return this.#succeed(news.result);
    if (news.kind === "failed") return this.fail(new JobError("job_failed", news.error));
    this.#show(news.progress);
  }

  fail(error: unknown): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#reject(error);
    this.#onSettled();
  }

  #succeed(result: JobResult): void {
    if (this.#shown?.progress !== 100) this.#show(finished(this.#shown, result));
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#resolve(result);
    this.#onSettled();
  }

  #show(next: JobProgress): void {
    const before = this.#shown;
    const progress = before === undefined ? next : forward(before, next);
    if (before !== undefined && isSame(before, progress)) return;
    this.#shown = progress;
    this.#tell(() => this.#options.onProgress?.(progress));
  }

  #tell(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.fail(error);
    }
  }
}

/** What was told after `before`; news by another way may be older, and nothing falls. */
function forward(before: JobProgress, next: JobProgress): JobProgress {
  const isOlder = next.progress < before.progress || next.messages < before.messages;
  return {
    ...(isOlder ? before : next),
    topicId: next.topicId ?? before.topicId,
    progress: Math.max(before.progress, next.progress),
    messages: Math.max(before.messages, next.messages),
    maxMessages: Math.max(before.maxMessages, next.maxMessages),
  };
}

/** Who looks at a job only now and then misses its last progress. */
function finished(before: JobProgress | undefined, { jobId, topicId }: JobResult): JobProgress {
  const { maxMessages = 0 } = before ?? {};
  return { jobId, status: "completed", progress: 100, topicId, messages: maxMessages, maxMessages };
}

function isSame(a: JobProgress, b: JobProgress): boolean {
  return a.status === b.status && a.progress === b.progress && a.messages === b.messages &&
    a.maxMessages === b.maxMessages && a.topicId === b.topicId;
}

/** One way to start and follow jobs. */
export interface Carrier {
  /** Starts a job that is not started, and brings its news, until `signal` is aborted or the job is settled. */
  take(watch: JobWatch, signal: AbortSignal): void;
}

/** Takes note of a job that the server has taken, and of what it has answered, and pays for it. */
export type Started = (watch: JobWatch, job: StartedJob, answer: unknown) => Promise<void>;
