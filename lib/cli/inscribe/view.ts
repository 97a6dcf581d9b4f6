import type { JobProgress, JobTransportName, StartedJob } from "../../client/mod.ts";

/** What is shown while a job is waited for. */
export interface View {
  started(job: StartedJob): void;
  progress(progress: JobProgress): void;
  /** The waiting is over, however it ended. */
  end(): void;
}

/** What a view shows besides the job itself. */
export interface Shown {
  /** What is inscribed, for people. */
  readonly name: string;
  /** What is done before the server has taken the job. */
  readonly preparation: string;
  /** Undefined: there is no connection just now. */
  readonly transport: () => JobTransportName | undefined;
  readonly write: (text: string) => void;
  /** What is to be typed to wait for a job again, and to end it. */
  readonly hints: (jobId: string) => string;
}

const phases: Readonly<Record<JobProgress["status"], string>> = {
  awaiting_payment: "waiting for the payment",
  queued: "waiting for its turn",
  processing: "inscribing",
  completed: "done",
  failed: "failed",
};

/** What a job in this state does, in words. */
export function phaseOf({ status }: Pick<JobProgress, "status">): string {
  return phases[status];
}
