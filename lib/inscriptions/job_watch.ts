import type { Clock } from "../protocol/mod.ts";
import type { JobRecord, JobRepository } from "../engine/mod.ts";
import { type Following, JobFollowers, type JobPosition } from "./following.ts";
import { hasEnded } from "./job_events.ts";
import { Rounds } from "./rounds.ts";

const interval = 1000;
/** Ended jobs whose events are kept. */
const mostKept = 100;

/**
 * Tells clients of this server about jobs on which it does not work: those of another server, for which it looks at the
 * store once a second as a watch of Deno KV does not see what another process writes to the same file, and those that
 * ended lately, so that whoever was away gets exactly what it missed.
 */
export class JobWatch {
  readonly #jobs: JobRepository;
  readonly #rounds: Rounds;
  readonly #followed = new Map<string, JobFollowers>();
  readonly #ended = new Map<string, JobFollowers>();
  #isClosed = false;

  constructor({ jobs, clock }: { jobs: JobRepository; clock: Clock }) {
    this.#jobs = jobs;
    const isNeeded = () => this.#followed.size > 0;
    this.#rounds = new Rounds({ clock, interval, task: () => this.#look(), isNeeded });
  }

  follow(record: JobRecord, position: JobPosition): Following {
    const known = this.#followed.get(record.id) ?? this.#ended.get(record.id);
    const followers = known ?? new JobFollowers(record);
    followers.tell(record);
    const following = followers.follow(position);
    if (known === undefined && !hasEnded(record)) this.add(followers);
    return following;
  }

  /** Goes on telling those who follow the job. */
  add(followers: JobFollowers): void {
    if (hasEnded(followers.record)) return this.#keep(followers);
    if (this.#isClosed) return followers.close();
    this.#followed.set(followers.record.id, followers);
    this.#rounds.start();
  }

  /** Gives a job's followers to whoever tells them of it from now on. */
  take(jobId: string): JobFollowers | undefined {
    const followers = this.#followed.get(jobId);
    this.#followed.delete(jobId);
    return followers;
  }

  /** Nobody is told anything any more. */
  async stop(): Promise<void> {
    this.#isClosed = true;
    await this.#rounds.stop();
    for (const followers of this.#followed.values()) followers.close();
    this.#followed.clear();
  }

  #keep(followers: JobFollowers): void {
    const { id } = followers.record;
    this.#followed.delete(id);
    this.#ended.set(id, followers);
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > mostKept && oldest !== undefined) this.#ended.delete(oldest);
  }

  async #look(): Promise<void> {
    for (const [id, followers] of this.#followed) if (!followers.isFollowed) this.#followed.delete(id);
    for (const record of await this.#jobs.getAll([...this.#followed.keys()])) {
      const followers = this.#followed.get(record.id);
      followers?.tell(record);
      if (followers !== undefined && hasEnded(followers.record)) this.#keep(followers);
    }
  }
}
