import type { Clock } from "../protocol/mod.ts";
import type { JobRecord, JobRepository } from "../engine/mod.ts";
import { type Following, JobFeed, type JobPosition } from "./following.ts";
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
  readonly #feeds = new Map<string, JobFeed>();
  readonly #ended = new Map<string, JobFeed>();
  #isClosed = false;

  constructor({ jobs, clock }: { jobs: JobRepository; clock: Clock }) {
    this.#jobs = jobs;
    const isNeeded = () => this.#feeds.size > 0;
    this.#rounds = new Rounds({ clock, interval, task: () => this.#look(), isNeeded });
  }

  follow(record: JobRecord, position: JobPosition): Following {
    const known = this.#feeds.get(record.id) ?? this.#ended.get(record.id);
    const feed = known ?? new JobFeed(record);
    feed.tell(record);
    const following = feed.follow(position);
    if (known === undefined && !hasEnded(record)) this.add(feed);
    return following;
  }

  /** Goes on telling those who follow the job. */
  add(feed: JobFeed): void {
    if (hasEnded(feed.record)) return this.#keep(feed);
    if (this.#isClosed) return feed.close();
    this.#feeds.set(feed.record.id, feed);
    this.#rounds.start();
  }

  /** Gives a job's feed to whoever tells of it from now on. */
  take(jobId: string): JobFeed | undefined {
    const feed = this.#feeds.get(jobId);
    this.#feeds.delete(jobId);
    return feed;
  }

  /** Ends all feeds. */
  async stop(): Promise<void> {
    this.#isClosed = true;
    await this.#rounds.stop();
    for (const feed of this.#feeds.values()) feed.close();
    this.#feeds.clear();
  }

  #keep(feed: JobFeed): void {
    const { id } = feed.record;
    this.#feeds.delete(id);
    this.#ended.set(id, feed);
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > mostKept && oldest !== undefined) this.#ended.delete(oldest);
  }

  async #look(): Promise<void> {
    for (const [id, feed] of this.#feeds) if (!feed.isFollowed) this.#feeds.delete(id);
    for (const record of await this.#jobs.getAll([...this.#feeds.keys()])) {
      const feed = this.#feeds.get(record.id);
      feed?.tell(record);
      if (feed !== undefined && hasEnded(feed.record)) this.#keep(feed);
    }
  }
}
