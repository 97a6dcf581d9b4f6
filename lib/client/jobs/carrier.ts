import type { StartedJob } from "./job_news.ts";
import type { JobWatch } from "./job_watch.ts";

/** One way to start and follow jobs. */
export interface Carrier {
  /** Starts a job that is not started, and brings its news, until `signal` is aborted or the job is settled. */
  take(watch: JobWatch, signal: AbortSignal): void;
}

/** Takes note of a job that the server has taken, and of what it has answered, and pays for it. */
export type Started = (watch: JobWatch, job: StartedJob, answer: unknown) => Promise<void>;
