import { type Clock, FirstSignal, type JobStatus } from "../protocol/mod.ts";
import {
  ApiKeyRepository,
  BlobRepository,
  type Followers,
  type JobRecord,
  JobRepository,
  type Store,
} from "../engine/mod.ts";
import { Activity } from "../telemetry/mod.ts";
import { Allowance } from "./allowance.ts";
import { ApiKeys } from "./api_keys.ts";
import { alone, type Cluster } from "./instances.ts";
import { type Content, openContent } from "./content.ts";
import { InscriptionError } from "./errors.ts";
import type { FetchOptions } from "./fetch/fetch_file.ts";
import type { Following, JobPosition } from "./following.ts";
import { checkPaid, readExecution } from "./input/execution.ts";
import { readStartRequest } from "./input/start_request.ts";
import { type Inscription, toInscription } from "./inscription.ts";
import { Intake, type Taken } from "./intake.ts";
import { JobFiles } from "./job_files.ts";
import { hasEnded } from "./job_events.ts";
import { JobQueue } from "./job_queue.ts";
import { JobRegister } from "./job_register.ts";
import { FollowedJobs } from "./followed_jobs.ts";
import type { Ledger } from "./ledger/ledger.ts";
import type { LiveJob } from "./live_job.ts";
import { LocalLedger } from "./ledger/local_ledger.ts";
import { formatTransactionId, parseTransactionId } from "./ledger/transaction.ts";
import { type NumberedInscription, Numbers, type Query, readHolderQuery } from "./numbers.ts";
import { Quota } from "./quota.ts";
import { ReadingTurns } from "./reading_turns.ts";
import { Rounds } from "./rounds.ts";
import { defaultSettings, type InscriptionSettings } from "./settings.ts";
import { Succession } from "./succession.ts";

/** What inscriptions work with. */
export interface InscriptionsOptions {
  readonly store: Store;
  readonly followers: Followers;
  readonly clock: Clock;
  /** Where it is counted what goes on. */
  readonly activity?: Activity;
  readonly settings?: Partial<InscriptionSettings>;
  /** Why there is no room for more jobs, in words; undefined while there is. */
  readonly shortage?: () => string | undefined;
  /** Who else uses the store; nobody unless it is named. */
  readonly cluster?: Cluster;
  /** The local one unless another is named. */
  readonly ledger?: Ledger;
  /** How files are fetched, where it is not as usual. */
  readonly fetching?: Partial<FetchOptions>;
}

/** A job as whoever started it is answered. */
interface StartedJob {
  readonly jobId: string;
  readonly tx_id: string;
  readonly transactionBytes: string;
  readonly status: JobStatus;
  /** The position from which to follow. */
  readonly epoch: string;
  readonly offset: number;
}

/** The jobs' family: who may inscribe, what is under way, what is on the ledger. */
export class Inscriptions {
  readonly keys: ApiKeys;
  /** The jobs of all keys, for operators. */
  readonly register: JobRegister;
  readonly #activity: Activity;
  readonly #jobs: JobRepository;
  readonly #ledger: Ledger;
  readonly #followed: FollowedJobs;
  readonly #queue: JobQueue;
  readonly #succession: Succession;
  readonly #rounds: Rounds;
  readonly #intake: Intake;
  readonly #numbers: Numbers;
  readonly #waiting: Quota;
  readonly #fetches: Quota;
  /** What is being taken in, by the job that it will be. */
  readonly #starts = new Map<string, Promise<unknown>>();
  readonly #stopping = new AbortController();
  readonly #shortage: () => string | undefined;
  readonly #reading = new ReadingTurns();

  constructor({ store, followers, clock, fetching, cluster = alone, ...options }: InscriptionsOptions) {
    const settings = { ...defaultSettings, ...options.settings };
    this.#shortage = options.shortage ?? (() => undefined);
    const { localPaymentDelay: paymentDelay, allowPrivateUrls: allowPrivate } = settings;
    const jobs = this.#jobs = new JobRepository(store);
    const files = new JobFiles(new BlobRepository(store), cluster);
    const followed = this.#followed = new FollowedJobs({ jobs, followers });
    const ledger = this.#ledger = options.ledger ?? new LocalLedger({ store, clock, paymentDelay });
    const activity = this.#activity = options.activity ?? new Activity();
    const repository = new ApiKeyRepository(store);
    const keys = this.keys = new ApiKeys({ repository, followers, clock });
    this.register = new JobRegister({ jobs, keys, end: (id) => this.#end(() => this.#locate(id)) });
    const queue = this.#queue = new JobQueue({ jobs, files, followed, ledger, clock, activity, settings });
    const waiting = this.#waiting = new Quota({
      inAll: settings.maxWaiting,
      perOwner: settings.maxWaitingPerKey,
    });
    const isStarting = (id: string) => this.#starts.has(id);
    this.#succession = new Succession({ jobs, files, queue, waiting, cluster, isStarting });
    this.#rounds = new Rounds({
      clock,
      interval: settings.lookInterval,
      task: () => this.#succession.look(),
    });
    this.#intake = new Intake({
      jobs,
      files,
      allowance: new Allowance({ ...settings, repository, clock }),
      ledger,
      cluster,
      clock,
      fetching: { allowPrivate, ...fetching },
    });
    this.#numbers = new Numbers({ jobs, ledger });
    this.#fetches = new Quota({ inAll: settings.maxFetches, perOwner: settings.maxFetchesPerKey });
  }

  /** Reads what is stored, takes up the jobs on which nobody works, and goes on looking for such. */
  async start(): Promise<void> {
    await this.keys.load();
    await this.#jobs.listByTime();
    await this.#succession.look();
    this.#rounds.start();
  }

  /** Takes nothing more, and finishes what the ledger was just asked for; the next start goes on with the jobs. */
  async stop(): Promise<void> {
    this.#stopping.abort(closing("Cannot start job"));
    await Promise.allSettled(this.#starts.values());
    await this.#rounds.stop();
    await this.#queue.stop();
    this.#followed.close();
  }

  /** Jobs that have not ended, and those that are just being taken in. */
  get activeJobs(): number {
    return this.#waiting.total;
  }

  /** How many jobs that have not ended there are of each status. */
  countJobs() {
    return this.#queue.counts();
  }

  /**
   * Starts a job for a key: `body` is what came over Socket.IO or HTTP. A file that has to be fetched is fetched before
   * the answer; the job is on disk when it comes. A request whose `requestId` this key has used before gets that job again.
   *
   * @throws {InscriptionError}
   */
  async inscribe(keyId: string, body: unknown, signal?: AbortSignal): Promise<StartedJob> {
    this.#stopping.signal.throwIfAborted();
    this.#checkRoom();
    admit(this.#waiting, keyId, "Cannot start job: too many have not ended");
    const leave = this.#waiting.take(keyId);
    const id = crypto.randomUUID();
    const starting = this.#start(id, keyId, body, signal);
    this.#starts.set(id, starting);
    try {
      const taken = await starting;
      if (taken.lease === null) leave();
      else {
        this.#activity.jobsStarted += 1;
        this.#queue.add(taken, leave);
      }
      return toStarted(taken.record);
    } catch (error) {
      leave();
      throw error;
    } finally {
      this.#starts.delete(id);
    }
  }

  /** A key's job by its id or by its transaction's; null where this key has none. */
  async find(keyId: string, id: string): Promise<Inscription | null> {
    const found = await this.#find(keyId, id);
    return found && toInscription(found.record);
  }

  /** Follows a key's job from a position on; null where this key has none. */
  async follow(keyId: string, jobId: string, position: JobPosition = {}): Promise<Following | null> {
    const found = await this.#find(keyId, jobId);
    return found && await this.#followed.follow(found.record.id, position);
  }

  /**
   * A key's client says that it has executed its job's transaction, `body` being what came over Socket.IO or HTTP. Answers
   * how the job stands once that is on disk; null where this key has none.
   *
   * @throws {InscriptionError}
   */
  async executed(keyId: string, body: unknown): Promise<Inscription | null> {
    const notice = readExecution(body);
    for (;;) {
      const found = await this.#find(keyId, notice.jobId);
      if (found === null) return null;
      checkPaid(notice, found.record.transactionId);
      if (found.record.status !== "awaiting_payment") return toInscription(found.record);
      if (this.#stopping.signal.aborted) throw closing("Cannot take payment");
      const job = found.live ?? await this.#succession.seize(found.record.id);
      await job?.executed();
    }
  }

  /** Ends a key's job before its time, and answers how it ended; null where this key has none. */
  async cancel(keyId: string, jobId: string): Promise<Inscription | null> {
    const ended = await this.#end(() => this.#find(keyId, jobId));
    return ended && toInscription(ended);
  }

  async #end(find: () => Promise<Found | null>): Promise<JobRecord | null> {
    for (;;) {
      const found = await find();
      if (found === null || hasEnded(found.record) || this.#stopping.signal.aborted) {
        return found && found.record;
      }
      // Who works on it elsewhere finds that it has lost the job.
      const job = found.live ?? await this.#succession.seize(found.record.id);
      job?.cancel();
      await job?.settled;
    }
  }

  /** Completed inscriptions of all keys by their numbers. Throws an {@link InscriptionError}. */
  async numbers(query: Query): Promise<NumberedInscription[]> {
    return await this.#numbers.find(query);
  }

  /** A key's inscriptions for a holder, newest first. Throws an {@link InscriptionError}. */
  async holder(keyId: string, query: Query): Promise<Inscription[]> {
    const { holderId, limit, before: id } = readHolderQuery(query);
    const before = id === undefined ? null : await this.#find(keyId, id);
    if (id !== undefined && before === null) {
      throw new InscriptionError("invalid_request", `Invalid query: before: there is no inscription ${id}`);
    }
    const jobs = await this.#jobs.ofHolder(keyId, holderId, { limit, before: before && before.record });
    return jobs.map(toInscription);
  }

  /** What is inscribed in a topic of a completed job, whoever's it is; null where there is none. */
  async content(topicId: string): Promise<Content | null> {
    const file = await this.#jobs.contentOf(topicId);
    const topic = file && await this.#ledger.read(topicId);
    return file && topic && await openContent(topic, file, this.#reading);
  }

  #checkRoom(): void {
    const shortage = this.#shortage();
    if (shortage === undefined) return;
    throw new InscriptionError("store_full", `Cannot start job: ${shortage}`, { retryAfterMs: 60_000 });
  }

  async #start(id: string, keyId: string, body: unknown, signal: AbortSignal | undefined): Promise<Taken> {
    const request = readStartRequest(body);
    const { requestId } = request;
    const earlier = requestId === null ? null : await this.#jobs.ofRequest(keyId, requestId);
    if (earlier !== null) return { record: earlier, lease: null };
    using first = new FirstSignal(this.#stopping.signal, ...(signal === undefined ? [] : [signal]));
    if (!("url" in request.file) && !(request.metadata instanceof URL)) {
      return await this.#intake.take(id, keyId, request, first.signal);
    }
    admit(this.#fetches, keyId, "Cannot fetch file: too many are being fetched");
    const leave = this.#fetches.take(keyId);
    try {
      return await this.#intake.take(id, keyId, request, first.signal);
    } finally {
      leave();
    }
  }

  async #find(keyId: string, id: string): Promise<Found | null> {
    const found = await this.#locate(id);
    return found?.record.keyId === keyId ? found : null;
  }

  async #locate(id: string): Promise<Found | null> {
    const transaction = parseTransactionId(id);
    const stored = transaction === undefined
      ? this.#queue.find(id)?.record ?? await this.#jobs.get(id)
      : await this.#jobs.ofTransaction(formatTransactionId(transaction));
    if (stored === null) return null;
    const live = this.#queue.find(stored.id);
    if (live !== undefined) return { record: live.record, live };
    // It may have ended while it was read.
    const record = hasEnded(stored) ? stored : await this.#jobs.get(stored.id) ?? stored;
    return { record, live };
  }
}

interface Found {
  readonly record: JobRecord;
  readonly live: LiveJob | undefined;
}

function admit(quota: Quota, keyId: string, refusal: string): void {
  const objection = quota.objection(keyId);
  if (objection === undefined) return;
  throw new InscriptionError("too_many_jobs", `${refusal}, ${objection}`, { retryAfterMs: 5000 });
}

function closing(refusal: string): InscriptionError {
  return new InscriptionError("stopping", `${refusal}: the server is closing`, { retryAfterMs: 5000 });
}

function toStarted({ id, transactionId, transactionBytes, status, epoch, offset }: JobRecord): StartedJob {
  return { jobId: id, tx_id: transactionId, transactionBytes, status, epoch, offset };
}
