import { JobError } from "./jobs/job_error.ts";
import type { JobResult } from "./jobs/job_news.ts";
import { JobRequests } from "./jobs/job_requests.ts";
import type { JobServers } from "./jobs/job_servers.ts";
import { JobCarriers, type JobTransportName } from "./jobs/job_carriers.ts";
import { type JobOptions, JobWatch } from "./jobs/job_watch.ts";
import { type JobClientOptions, jobSettings } from "./jobs/options.ts";
import { type InscribeRequest, startMessages } from "./jobs/start_request.ts";
import { type Inscription, readInscription } from "./jobs/inscription.ts";

/**
 * Inscribes files with a gateway, and follows them to their end: over Socket.IO, or over HTTP where that does not get
 * through. A job that is started goes on without its client, and is never started twice.
 *
 * @example
 * ```ts
 * const client = new JobClient({ url: "https://gateway.example", apiKey: "hg_..." });
 * const file = { bytes: await Deno.readFile("photo.png"), name: "photo.png" };
 * const { topicId } = await client.inscribe({ file, holderId: "0.0.1001" }, {
 *   onProgress: ({ progress }) => console.log(progress),
 * });
 * console.log(topicId);
 * client.close();
 * ```
 */
export class JobClient {
  readonly #requests: JobRequests;
  readonly #carriers: JobCarriers;
  #isClosed = false;

  /** Throws what is wrong with the options. Nothing is connected before the first job. */
  constructor(options: JobClientOptions) {
    const settings = jobSettings(options);
    this.#requests = new JobRequests(settings);
    this.#carriers = new JobCarriers(settings, this.#requests);
  }

  /** What carries jobs now; undefined while nothing does. */
  get transport(): JobTransportName | undefined {
    return this.#carriers.name;
  }

  /**
   * Inscribes a file. Rejects with a {@link JobError}, or with the signal's reason; a job that was started by then goes on,
   * and can be followed.
   */
  async inscribe(request: InscribeRequest, options: JobOptions = {}): Promise<JobResult> {
    return await this.#wait(
      new JobWatch({ start: startMessages(request, crypto.randomUUID()) }, options),
    );
  }

  /** Waits for a job that was started before, and rejects as {@link inscribe} does. */
  async follow(jobId: string, options: JobOptions = {}): Promise<JobResult> {
    return await this.#wait(new JobWatch({ jobId }, options));
  }

  /** A job of this key by its id or its transaction's; null where there is none. Rejects with a {@link JobError}. */
  async find(id: string): Promise<Inscription | null> {
    return await orNull(this.#requests.retrieve(id));
  }

  /**
   * Ends a job before its time, and answers how it stands then: failed, or as it had ended already. Null where this key has
   * no such job. Rejects with a {@link JobError}.
   */
  async cancel(jobId: string): Promise<Inscription | null> {
    return await orNull(this.#requests.cancel(jobId));
  }

  /** The instances that take jobs. Rejects with a {@link JobError}. */
  servers(): Promise<JobServers> {
    return this.#requests.servers();
  }

  /** Ends all connections; who waits for a job is told so by a {@link JobError}. */
  close(): void {
    this.#isClosed = true;
    this.#carriers.close(closed());
  }

  /** The same as {@link close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  async #wait(watch: JobWatch): Promise<JobResult> {
    if (this.#isClosed) throw closed();
    this.#carriers.add(watch);
    return await watch.outcome;
  }
}

function closed(): JobError {
  return new JobError("closed", "Cannot wait for the job: the client is closed");
}

async function orNull(asked: Promise<unknown>): Promise<Inscription | null> {
  try {
    return readInscription(await asked);
  } catch (error) {
    if (error instanceof JobError && error.code === "not_found") return null;
    throw error;
  }
}
