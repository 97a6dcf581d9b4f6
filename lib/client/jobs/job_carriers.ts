import type { Carrier, JobWatch } from "./job_watch.ts";
import { HttpCarrier } from "./http_carrier.ts";
import { JobConnection } from "./job_connection.ts";
import { JobError } from "./job_error.ts";
import { readEvent, readJobId, readPosition, readRecord, type StartedJob } from "./job_news.ts";
import type { JobRequests } from "./job_requests.ts";
import type { JobSettings } from "./options.ts";
import { Patience } from "./patience.ts";
import { SocketCarrier } from "./socket_carrier.ts";

/** Connections that may be lost under a start before it takes another way, and where there is none, before it ends. */
const lossesBeforeHttp = 2;
const mostLosses = 5;

/** What carries jobs now. */
export type JobTransportName = "websocket" | "http";

/** The ways to one gateway: Socket.IO, and HTTP while there is none. */
export class JobCarriers {
  readonly #settings: JobSettings;
  readonly #patience: Patience;
  readonly #connection: JobConnection;
  readonly #socket: SocketCarrier;
  readonly #http: HttpCarrier;
  /** Every job that is waited for, with what ends its present carrier's work. */
  readonly #watches = new Map<JobWatch, AbortController>();
  #httpServes: boolean;

  constructor(settings: JobSettings, requests: JobRequests) {
    this.#settings = settings;
    this.#httpServes = settings.mode === "http";
    this.#patience = new Patience(settings.clock, settings.patience);
    const connection = this.#connection = new JobConnection(settings, requests, {
      up: () => this.#up(),
      down: (error, heard) => this.#down(error, heard),
      event: (name, value) => this.#receive(name, value),
    });
    this.#socket = new SocketCarrier(
      settings,
      connection,
      (watch, job, answer) => this.#started(watch, job, answer),
    );
    this.#http = new HttpCarrier(settings, requests, {
      started: async (watch, job, answer) => {
        await this.#started(watch, job, answer);
        // A connection serves it better, if there is one; else this tells of the payment at once.
        this.#engage(watch);
      },
      heard: () => this.#patience.heard(),
      failed: (error) => this.#failed(error),
    });
  }

  /** Undefined while neither is in use. */
  get name(): JobTransportName | undefined {
    return this.#connection.isUp ? "websocket" : this.#httpServes ? "http" : undefined;
  }

  /** Does what is needed until the job is settled. */
  add(watch: JobWatch): void {
    if (this.#watches.size === 0) this.#patience.reset();
    this.#watches.set(watch, new AbortController());
    watch.open(() => this.#remove(watch));
    if (watch.isSettled) return;
    if (this.#settings.mode !== "http") this.#connection.want();
    this.#engage(watch);
  }

  /** Ends all connections, and the waiting for every job. */
  close(error: JobError): void {
    this.#connection.close();
    for (const watch of [...this.#watches.keys()]) watch.fail(error);
  }

  #remove(watch: JobWatch): void {
    this.#watches.get(watch)?.abort();
    this.#watches.delete(watch);
    if (this.#watches.size === 0) this.#connection.rest();
  }

  #up(): void {
    this.#patience.heard();
    if (this.#settings.mode === "auto") this.#httpServes = false;
    this.#engageAll();
  }

  #down(error: JobError, heard: boolean): void {
    if (!error.retry) return this.#failAll(error);
    if (this.#settings.mode === "websocket") {
      this.#engageAll();
      return this.#failed(error);
    }
    if (this.#httpServes) return;
    // A connection that was of use is replaced by itself; where that fails too, HTTP helps out.
    this.#httpServes = !heard;
    this.#engageAll();
  }

  /** Gives a job to the way that is open now, and takes it from the one before. */
  #engage(watch: JobWatch): void {
    if (watch.isSettled) return;
    this.#watches.get(watch)?.abort();
    if (watch.lostStarts >= mostLosses) return watch.fail(lostStart());
    const carrier = this.#carrierFor(watch);
    const engagement = new AbortController();
    this.#watches.set(watch, engagement);
    carrier?.take(watch, engagement.signal);
  }

  #carrierFor(watch: JobWatch): Carrier | undefined {
    const isBetterByHttp = this.#settings.mode === "auto" && watch.jobId === undefined &&
      watch.lostStarts >= lossesBeforeHttp;
    if (this.#httpServes || isBetterByHttp) return this.#http;
    return this.#connection.isUp ? this.#socket : undefined;
  }

  #engageAll(): void {
    for (const watch of [...this.#watches.keys()]) this.#engage(watch);
  }

  async #started(watch: JobWatch, job: StartedJob, answer: unknown): Promise<void> {
    watch.started(job, readPosition(answer));
    const news = readRecord(answer);
    if (news?.kind === "progress") watch.receive(news);
    try {
      await this.#settings.pay(job.transactionBytes, job.jobId);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      return watch.fail(
        new JobError("payment_failed", `Cannot pay for job ${job.jobId}: ${reason}`, { cause }),
      );
    }
    watch.owesWord = true;
    const engagement = this.#watches.get(watch);
    if (engagement !== undefined && this.#carrierFor(watch) === this.#socket) {
      this.#socket.sayExecuted(watch, engagement.signal);
    }
  }

  #receive(name: string, value: unknown): void {
    const jobId = readJobId(value);
    const news = readEvent(name, value);
    if (news === undefined) return;
    const position = readPosition(value);
    for (const watch of [...this.#watches.keys()]) {
      if (watch.jobId === jobId) watch.receive(news, position);
    }
  }

  /** A failure of the way that serves now. */
  #failed(error: JobError): void {
    if (this.#patience.failed()) this.#failAll(error);
  }

  #failAll(error: JobError): void {
    for (const watch of [...this.#watches.keys()]) watch.fail(error);
  }
}

function lostStart(): JobError {
  const reason = `the connection was lost ${mostLosses} times before the server had answered`;
  return new JobError("no_answer", `Cannot start the job: ${reason}`);
}
