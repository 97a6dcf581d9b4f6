import {
  type InscribeRequest,
  JobClient,
  type JobClientOptions,
  JobError,
  type JobOptions,
  type JobProgress,
  type JobResult,
  type StartedJob,
} from "../../../lib/client/mod.ts";
import { FakeClock } from "../../helpers/fake_clock.ts";
import { until } from "../../helpers/until.ts";
import { type FakeJob, FakeJobServer } from "./fake_job_server.ts";

/** A small file. */
export const request: InscribeRequest = {
  file: { bytes: new TextEncoder().encode("hello"), name: "hello.txt", mimeType: "text/plain" },
  holderId: "0.0.1001",
};

/** A job client and a scripted server in one process, in a time that the test moves. */
export class JobScene implements Disposable {
  readonly clock = new FakeClock();
  readonly server = new FakeJobServer();
  readonly client: JobClient;
  readonly started: StartedJob[] = [];
  readonly seen: JobProgress[] = [];

  constructor(options: Partial<JobClientOptions> = {}) {
    this.client = new JobClient({
      url: "http://gateway.test",
      apiKey: this.server.apiKey,
      clock: this.clock,
      random: () => 0,
      io: this.server.io,
      fetch: this.server.fetch,
      ...options,
    });
  }

  get percentages(): number[] {
    return this.seen.map(({ progress }) => progress);
  }

  inscribe(options: JobOptions = {}, what: InscribeRequest = request): Promise<JobResult> {
    return this.client.inscribe(what, this.#watched(options));
  }

  follow(jobId: string, options: JobOptions = {}): Promise<JobResult> {
    return this.client.follow(jobId, this.#watched(options));
  }

  /** Inscribes, and waits until the server has taken the job and the client knows. */
  async begin(options: JobOptions = {}): Promise<{ job: FakeJob; result: Promise<JobResult> }> {
    const result = this.inscribe(options);
    result.catch(() => {});
    await until(() => this.started.length > 0, "a start");
    return { job: this.job, result };
  }

  /** The job that was started first. */
  get job(): FakeJob {
    const [job] = this.server.jobs;
    if (job === undefined) throw new Error("no job was started");
    return job;
  }

  /** Waits until there were so many requests of a kind. */
  async asked(what: string, times = 1): Promise<void> {
    await until(() => this.server.count(what) >= times, `${times} times ${what}`);
  }

  /** Moves time in steps until something holds. */
  async passUntil(condition: () => boolean, what: string, stepMs = 500): Promise<void> {
    for (let step = 0; step < 2000 && !condition(); step++) await this.clock.advance(stepMs);
    await until(condition, what);
  }

  [Symbol.dispose](): void {
    this.client.close();
  }

  #watched(options: JobOptions): JobOptions {
    return {
      onStarted: (job) => this.started.push(job),
      onProgress: (progress) => this.seen.push(progress),
      ...options,
    };
  }
}

/** What a promise is rejected with, which has to be a {@link JobError}. */
export async function jobErrorOf(promise: Promise<unknown>): Promise<JobError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof JobError) return error;
    throw error;
  }
  throw new Error("expected a rejection");
}
