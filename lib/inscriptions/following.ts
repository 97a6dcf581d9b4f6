import type { JobRecord } from "../engine/mod.ts";
import { logger } from "../telemetry/mod.ts";
import { type Inscription, toInscription } from "./inscription.ts";
import { hasEnded, type JobEvent, stateOf } from "./job_events.ts";

/** Takes a job's events one after the other. */
export type JobListener = (event: JobEvent) => void;

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
  /** Whether exactly what follows the position comes; null when none was named. */
  readonly recovered: boolean | null;
  readonly #onStop: (following: Following) => void;
  #waiting: JobEvent[];
  #listener: JobListener | undefined;
  #stopped = false;

  constructor(
    job: JobRecord,
    history: readonly JobEvent[],
    position: JobPosition,
    onStop: (following: Following) => void = () => {},
  ) {
    this.record = toInscription(job);
    this.epoch = job.epoch;
    this.offset = job.offset;
    this.#onStop = onStop;
    const missed = missedSince(job, history, position);
    this.recovered = position.offset === undefined ? null : missed !== undefined;
    this.#waiting = missed ?? [stateOf(job)];
    // On an ended job nothing else would come.
    if (this.#waiting.length === 0 && hasEnded(job)) this.#waiting = [stateOf(job)];
  }

  /** Hands over what has come so far, then everything as it comes. */
  listen(listener: JobListener): void {
    this.#listener = listener;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const event of waiting) this.offer(event);
  }

  /** Takes the job's next event. Never throws. */
  offer(event: JobEvent): void {
    if (this.#stopped) return;
    if (this.#listener === undefined) {
      this.#waiting.push(event);
      return;
    }
    try {
      this.#listener(event);
    } catch (error) {
      log.error("Fault in a listener of job {id}: {error}", { id: event.data.jobId, error });
    }
    if (event.type !== "progress") this.stop();
  }

  /** Nothing more is handed over. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#waiting = [];
    this.#onStop(this);
  }
}

/** What came after a position; undefined when that is not known any more. */
function missedSince(
  job: JobRecord,
  history: readonly JobEvent[],
  { epoch = job.epoch, offset }: JobPosition,
): JobEvent[] | undefined {
  if (offset === undefined || epoch !== job.epoch || offset > job.offset) return undefined;
  const missed = history.filter(({ data }) => data.offset > offset);
  return missed.length === job.offset - offset ? missed : undefined;
}

/** What the clients of this server are told of a job that has not ended, whoever works on it. */
export class JobFollowers {
  readonly #followers = new Set<Following>();
  /** The events that are known here; few, as progress is told in whole percents. */
  readonly #history: JobEvent[];
  #record: JobRecord;

  constructor(record: JobRecord) {
    this.#record = record;
    this.#history = [stateOf(record)];
  }

  /** The job as it was when it was last told of. */
  get record(): JobRecord {
    return this.#record;
  }

  get isFollowed(): boolean {
    return this.#followers.size > 0;
  }

  follow(position: JobPosition): Following {
    const leave = (following: Following) => this.#followers.delete(following);
    const following = new Following(this.#record, this.#history, position, leave);
    this.#followers.add(following);
    return following;
  }

  /** Tells what is new; nothing where the followers know as much, or more. Steps that were missed are left out. */
  tell(record: JobRecord): void {
    const { offset } = this.#record;
    if (record.offset < offset) return;
    this.#record = record;
    if (record.offset === offset) return;
    const event = stateOf(record);
    this.#history.push(event);
    for (const following of [...this.#followers]) following.offer(event);
  }

  /** Nobody is told anything any more. */
  close(): void {
    for (const following of [...this.#followers]) following.stop();
  }
}
