import {
  type Follower,
  type Followers,
  jobChannel,
  type JobRecord,
  type JobRepository,
  type Log,
  type LogEntry,
  type Run,
  Sequence,
} from "../engine/mod.ts";
import { logger } from "../telemetry/mod.ts";
import { Following, type JobPosition } from "./following.ts";
import { eventAt, type JobEvent, type JobNews, newsOf } from "./job_events.ts";

const log = logger("inscriptions");
const mostReads = 100;

/** What is told of a job, under its offset. */
type Told = Pick<LogEntry, "offset" | "data">;

/** A job that clients of this server follow: what is told of it is a channel of the log. */
class FollowedJob implements Follower {
  readonly followings = new Set<Following>();
  /** Clients that follow it, or are about to. */
  clients = 0;
  readonly #jobs: JobRepository;
  readonly #id: string;
  readonly #sequence: Sequence;
  #begun: Promise<void> | undefined;

  constructor(id: string, { jobs, log }: { jobs: JobRepository; log: Log }) {
    this.#id = id;
    this.#jobs = jobs;
    this.#sequence = new Sequence(log, jobChannel(id));
  }

  /** Up to where all was told. */
  get offset(): number {
    return this.#sequence.offset;
  }

  /** Resolves once its channel is followed. */
  begin(): Promise<void> {
    return this.#begun ??= this.#sequence.inTurn(() => this.#sequence.begin());
  }

  take(entries: readonly Told[]): void {
    void this.#tell(this.#sequence.upTo(entries));
  }

  look(): void {
    void this.#tell(this.#sequence.missing());
  }

  async #tell(runs: AsyncIterable<Run<Told>>): Promise<void> {
    await this.#sequence.inTurn(async () => {
      for await (const run of runs) {
        if (run === "lost") await this.#tellState();
        else for (const { data, offset } of run) this.#offer(data as JobNews, offset);
      }
    });
  }

  /** After a time of which the log keeps nothing any more. */
  async #tellState(): Promise<void> {
    try {
      const job = await this.#jobs.get(this.#id);
      if (job !== null) this.#offer(newsOf(job), job.offset);
    } catch (error) {
      log.warning("Cannot read what became of job {jobId}: {error}", { jobId: this.#id, error });
    }
  }

  #offer(news: JobNews, offset: number): void {
    for (const following of [...this.followings]) following.offer(news, offset);
  }
}

/** What clients of this server are told of jobs, whoever works on them. */
export class FollowedJobs {
  readonly #jobs: JobRepository;
  readonly #followers: Followers;
  readonly #followed = new Map<string, FollowedJob>();
  #isClosed = false;

  constructor({ jobs, followers }: { jobs: JobRepository; followers: Followers }) {
    this.#jobs = jobs;
    this.#followers = followers;
  }

  /** Follows a job from a position on; null where there is none. */
  async follow(jobId: string, position: JobPosition): Promise<Following | null> {
    const channel = this.#followed.get(jobId) ?? this.#open(jobId);
    channel.clients += 1;
    let following: Following | null = null;
    try {
      following = await this.#join(jobId, channel);
      if (following !== null) following.begin(position, await this.#missed(jobId, following, position));
      return following;
    } catch (error) {
      following?.stop();
      throw error;
    } finally {
      if (following === null) this.#leave(jobId, channel);
      else if (this.#isClosed) following.stop();
    }
  }

  /** Tells what has become of a job that is worked on here. */
  tell(job: JobRecord): void {
    this.#followed.get(job.id)?.take([{ offset: job.offset, data: newsOf(job) }]);
  }

  /** Looks whether something was told of a job that nobody here knows of. */
  look(jobId: string): void {
    this.#followed.get(jobId)?.look();
  }

  /** Nobody is told anything any more. */
  close(): void {
    this.#isClosed = true;
    for (const { followings } of this.#followed.values()) {
      for (const following of [...followings]) following.stop();
    }
  }

  #open(jobId: string): FollowedJob {
    const channel = new FollowedJob(jobId, { jobs: this.#jobs, log: this.#followers.log });
    this.#followers.add(jobChannel(jobId), channel);
    this.#followed.set(jobId, channel);
    return channel;
  }

  /** From now on a following gets everything that is news to the job as it stands in the store. */
  async #join(jobId: string, channel: FollowedJob): Promise<Following | null> {
    await channel.begin();
    let job = await this.#jobs.get(jobId);
    // Read again while it is older than what was told meanwhile.
    for (let again = 0; again < mostReads && job !== null && job.offset < channel.offset; again += 1) {
      job = await this.#jobs.get(jobId);
    }
    if (job === null) return null;
    const following = new Following(job, () => {
      channel.followings.delete(following);
      this.#leave(jobId, channel);
    });
    channel.followings.add(following);
    return following;
  }

  #leave(jobId: string, channel: FollowedJob): void {
    channel.clients -= 1;
    if (channel.clients > 0) return;
    this.#followed.delete(jobId);
    this.#followers.remove(jobChannel(jobId));
  }

  /** What came after a position, up to where a following began; undefined when that is not known any more. */
  async #missed(
    jobId: string,
    following: Following,
    { epoch = following.epoch, offset }: JobPosition,
  ): Promise<readonly JobEvent[] | undefined> {
    if (offset === undefined || epoch !== following.epoch || offset > following.offset) return undefined;
    if (offset === following.offset) return [];
    const entries = await this.#followers.log.since(jobChannel(jobId), offset, following.offset - offset);
    if (entries !== "lost") {
      return entries.map(({ data, offset }) => eventAt(data as JobNews, { epoch, offset }));
    }
    // The newest one is known without the log.
    return offset === following.offset - 1 ? [following.state] : undefined;
  }
}
