import type { JobRecord } from "../engine/mod.ts";
import { logger } from "../telemetry/mod.ts";
import { type Inscription, toInscription } from "./inscription.ts";
import { eventAt, hasEnded, type JobEvent, type JobNews, stateOf } from "./job_events.ts";

/** Takes a job's events one after the other. */
type JobListener = (event: JobEvent) => void;

/** How far a client has followed a job; without an epoch the job's own is meant. */
export interface JobPosition {
  readonly epoch?: string | undefined;
  readonly offset?: number | undefined;
}

const log = logger("inscriptions");

/** A job's events for one client: those it missed, then every later one, up to the job's ending. */
export class Following {
  /** The job when the following began. */
  readonly record: Inscription;
  readonly epoch: string;
  /** Of the job's newest event when the following began. */
  readonly offset: number;
  readonly #job: JobRecord;
  readonly #onStop: () => void;
  #recovered: boolean | null = null;
  /** What waits for somebody to listen; the first of it is what was missed. */
  #waiting: JobEvent[] = [];
  #last: number;
  #listener: JobListener | undefined;
  #stopped = false;

  constructor(job: JobRecord, onStop: () => void) {
    this.record = toInscription(job);
    this.epoch = job.epoch;
    this.offset = this.#last = job.offset;
    this.#job = job;
    this.#onStop = onStop;
  }

  /** Whether exactly what follows the position comes; null when none was named. */
  get recovered(): boolean | null {
    return this.#recovered;
  }

  /** The newest event when the following began. */
  get state(): JobEvent {
    return stateOf(this.#job);
  }

  /** Begins with what came after a position up to {@link offset}; undefined: with the job as it was then. */
  begin({ offset }: JobPosition, missed: readonly JobEvent[] | undefined): void {
    this.#recovered = offset === undefined ? null : missed !== undefined;
    // On an ended job nothing else would come.
    const isOver = missed?.length === 0 && hasEnded(this.#job);
    this.#waiting.unshift(...isOver || missed === undefined ? [this.state] : missed);
  }

  /** Hands over what has come so far, then everything as it comes. */
  listen(listener: JobListener): void {
    this.#listener = listener;
    for (const event of this.#waiting.splice(0)) this.#handOver(event);
  }

  /** Takes the job's next news; what it knows already is passed over. Never throws. */
  offer(news: JobNews, offset: number): void {
    if (offset <= this.#last) return;
    this.#last = offset;
    const event = eventAt(news, { epoch: this.epoch, offset });
    if (this.#listener === undefined) this.#waiting.push(event);
    else this.#handOver(event);
  }

  /** Nothing more is handed over. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#waiting = [];
    this.#onStop();
  }

  #handOver(event: JobEvent): void {
    if (this.#stopped) return;
    try {
      this.#listener?.(event);
    } catch (error) {
      log.error("Fault in a listener of job {id}: {error}", { id: event.data.jobId, error });
    }
    if (event.type !== "progress") this.stop();
  }
}
