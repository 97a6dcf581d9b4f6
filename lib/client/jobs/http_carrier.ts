import { Backoff } from "../reconnector.ts";
import { persist } from "../http_requests.ts";
import type { Carrier, JobWatch, Started } from "./job_watch.ts";
import { JobError, jobErrorOf } from "./job_error.ts";
import { readRecord, readStarted } from "./job_news.ts";
import type { JobRequests } from "./job_requests.ts";
import type { JobSettings } from "./options.ts";

/** Between two looks at a job: as long as it stands still, the wait grows. */
const pollBounds = { baseMs: 500, maximumMs: 10_000 };

/** What a carrier tells about. */
interface HttpCarrierEvents {
  readonly started: Started;
  /** The server has answered. */
  readonly heard: () => void;
  readonly failed: (error: JobError) => void;
}

/** Starts jobs over HTTP, and looks at them again and again. */
export class HttpCarrier implements Carrier {
  readonly #settings: JobSettings;
  readonly #requests: JobRequests;
  readonly #events: HttpCarrierEvents;

  constructor(settings: JobSettings, requests: JobRequests, events: HttpCarrierEvents) {
    this.#settings = settings;
    this.#requests = requests;
    this.#events = events;
  }

  take(watch: JobWatch, signal: AbortSignal): void {
    void this.#serve(watch, signal);
  }

  async #serve(watch: JobWatch, signal: AbortSignal): Promise<void> {
    const { clock, backoff, random } = this.#settings;
    const polls = new Polls(random);
    await persist(() => this.#act(watch, polls, signal), {
      clock,
      backoff: new Backoff(backoff, random),
      signal,
      failed: (error) => this.#failed(watch, error),
    });
  }

  #failed(watch: JobWatch, error: unknown): number | undefined {
    const refusal = jobErrorOf(error);
    if (refusal.retry) this.#report(refusal);
    else watch.fail(refusal);
    return refusal.retryAfterMs;
  }

  async #act(watch: JobWatch, polls: Polls, signal: AbortSignal): Promise<number> {
    if (watch.jobId === undefined) {
      await this.#start(watch, signal);
      return polls.next("");
    }
    if (watch.owesWord) await this.#sayExecuted(watch, watch.jobId, signal);
    const record = await this.#requests.retrieve(watch.jobId, signal);
    if (signal.aborted) return 0;
    const news = readRecord(record);
    if (news === undefined) throw unreadable();
    this.#events.heard();
    watch.receive(news);
    return polls.next(JSON.stringify(news));
  }

  async #start(watch: JobWatch, signal: AbortSignal): Promise<void> {
    if (watch.start === undefined) return;
    const record = await this.#requests.start(watch.start, signal);
    if (signal.aborted) return;
    const started = readStarted(record);
    if (started === undefined) throw unreadable();
    this.#events.heard();
    void this.#events.started(watch, started, record);
  }

  async #sayExecuted(watch: JobWatch, jobId: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#requests.executed(jobId, signal);
    } catch (error) {
      // A server that does not know this call takes the job as paid without it.
      if (!(error instanceof JobError) || error.retry) throw error;
    }
    watch.owesWord = false;
  }

  /** A server that has enough jobs is there; anything else may be one that is gone. */
  #report(refusal: JobError): void {
    if (refusal.code === "too_many_jobs" || refusal.code === "rate_limited") this.#events.heard();
    else this.#events.failed(refusal);
  }
}

/** The waits between looks at one job. */
class Polls {
  readonly #backoff: Backoff;
  #seen = "";

  constructor(random: () => number) {
    this.#backoff = new Backoff(pollBounds, random);
  }

  next(state: string): number {
    if (state !== this.#seen) this.#backoff.reset();
    this.#seen = state;
    return this.#backoff.next();
  }
}

function unreadable(): JobError {
  return new JobError("unreadable", "Cannot read the server's answer: expected a job", { retry: true });
}
