import type { JobRecord } from "../engine/mod.ts";
import { Following, type JobPosition } from "./following.ts";
import { type JobEvent, stateOf } from "./job_events.ts";

/** What the clients of this server are told of a job that has not ended, whoever works on it. */
export class JobFeed {
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
