import type { JobRepository, OpenJob } from "../engine/mod.ts";
import { logger } from "../telemetry/mod.ts";
import type { Cluster } from "./instances.ts";
import type { JobFiles } from "./job_files.ts";
import type { JobQueue } from "./job_queue.ts";
import type { Quota } from "./quota.ts";
import type { LiveJob } from "./live_job.ts";

const log = logger("inscriptions");

/** Brings jobs to the one server that works on them: from a former life, from a server that died, or by force. */
export class Succession {
  readonly #jobs: JobRepository;
  readonly #files: JobFiles;
  readonly #queue: JobQueue;
  readonly #waiting: Quota;
  readonly #cluster: Cluster;
  readonly #isStarting: (jobId: string) => boolean;

  constructor(options: {
    jobs: JobRepository;
    files: JobFiles;
    queue: JobQueue;
    /** Counts the jobs that this server works on. */
    waiting: Quota;
    cluster: Cluster;
    /** Whether a job is just being taken in here. */
    isStarting: (jobId: string) => boolean;
  }) {
    this.#jobs = options.jobs;
    this.#files = options.files;
    this.#queue = options.queue;
    this.#waiting = options.waiting;
    this.#cluster = options.cluster;
    this.#isStarting = options.isStarting;
  }

  /**
   * Lets go of jobs that another server has, takes up those that nobody works on as far as there is place for them,
   * oldest first, and removes files that nobody will ask for.
   */
  async look(): Promise<void> {
    await this.#queue.check();
    const living = await this.#cluster.living();
    const isLeft = (jobId: string, owner: string) =>
      owner === this.#cluster.self ? !this.#isInHand(jobId) : !living.has(owner);
    const left: OpenJob[] = [];
    for await (const open of this.#jobs.open()) if (isLeft(open.id, open.owner)) left.push(open);
    for (const open of left.sort((a, b) => a.createdAt - b.createdAt)) {
      if (this.#waiting.isFull) break;
      await this.#take(open);
    }
    await this.#files.sweep(async (jobId, owner) =>
      isLeft(jobId, owner) && await this.#jobs.findOpen(jobId) === null
    );
  }

  /** Takes a job up whoever works on it; null when it has ended. */
  async seize(jobId: string): Promise<LiveJob | null> {
    for (;;) {
      const open = await this.#jobs.findOpen(jobId);
      if (open === null) return null;
      const job = this.#queue.find(jobId) ?? await this.#take(open);
      if (job !== null) return job;
    }
  }

  async #take(open: OpenJob): Promise<LiveJob | null> {
    const held = await this.#jobs.adopt(open, this.#cluster.self);
    if (held === null) return null;
    const { id, owner } = open;
    log.info("Took up inscription job {id} of server {owner}", { id, owner });
    return this.#queue.add(held, this.#waiting.take(held.record.keyId));
  }

  #isInHand(jobId: string): boolean {
    return this.#isStarting(jobId) || this.#queue.find(jobId) !== undefined;
  }
}
