import type { Clock, Timer } from "../protocol/mod.ts";
import type { InstanceRecord, InstanceRepository } from "../store/mod.ts";
import { logger } from "../telemetry/mod.ts";

const log = logger("gateway");
const beatInterval = 10_000;
/** A server that has said nothing for this long is taken for dead. */
const lifetime = 30_000;

/** A server as clients are told of it. Protocol, section 5: `websocket-servers`. */
export interface ListedServer {
  readonly url: string;
  readonly region: string;
  readonly status: "active";
  /** From 1 on, the least busy first. */
  readonly priority: number;
  readonly activeJobs: number;
}

/** What {@link Instances} work with. */
export interface InstancesOptions {
  readonly repository: InstanceRepository;
  readonly clock: Clock;
  /** `public_url`, where it is set. */
  readonly publicUrl: string | undefined;
  readonly region: string;
  /** Counts the jobs that have not ended. */
  activeJobs(): number;
}

type Candidate = Pick<InstanceRecord, "region" | "activeJobs"> & { readonly url: string };

/** The servers that share a store: this one says regularly that it lives, and knows the others that do. */
export class Instances {
  readonly #id = crypto.randomUUID();
  readonly #options: InstancesOptions;
  readonly #url: string | null;
  #timer: Timer | undefined;
  #writing: Promise<void> = Promise.resolve();
  #left = false;

  constructor(options: InstancesOptions) {
    this.#options = options;
    this.#url = options.publicUrl === undefined ? null : socketUrl(options.publicUrl);
  }

  /** Joins the list. */
  async start(): Promise<void> {
    await this.#write();
    this.#beatLater();
  }

  /** Leaves the list for good; never rejects. */
  async leave(): Promise<void> {
    this.#left = true;
    this.#timer?.cancel();
    await this.#writing;
    await this.#options.repository.delete(this.#id).catch((error) => {
      log.warning("Cannot leave the list of servers: {error}", { error });
    });
  }

  /**
   * The servers that take clients, the least busy first.
   *
   * @param ownUrl where this one was reached, for when no `public_url` says it; null when that is not known
   */
  async list(ownUrl: string | null): Promise<ListedServer[]> {
    const own = this.#left ? null : this.#record(this.#url ?? ownUrl);
    const records = [...own === null ? [] : [own], ...await this.#others()];
    const candidates = records.filter((record): record is InstanceRecord & Candidate => record.url !== null);
    return rank(merge(candidates));
  }

  async #others(): Promise<InstanceRecord[]> {
    const oldest = this.#options.clock.now() - lifetime;
    const records = await this.#options.repository.list();
    return records.filter(({ id, heardAt }) => id !== this.#id && heardAt > oldest);
  }

  #record(url: string | null): InstanceRecord {
    const { region, clock, activeJobs } = this.#options;
    return { id: this.#id, url, region, activeJobs: activeJobs(), heardAt: clock.now() };
  }

  async #write(): Promise<void> {
    await this.#options.repository.put(this.#record(this.#url), lifetime);
  }

  #beatLater(): void {
    if (this.#left) return;
    this.#timer = this.#options.clock.after(beatInterval, () => {
      this.#writing = this.#write()
        .catch((error) => log.warning("Cannot stay on the list of servers: {error}", { error }))
        .then(() => this.#beatLater());
    });
  }
}

/** Where Socket.IO clients connect: without a path, which they would take for a namespace. */
export function socketUrl(webUrl: string): string {
  return new URL(webUrl).origin.replace(/^http/, "ws");
}

/** One entry for each address: those behind one balancer are one to clients. */
function merge(candidates: readonly Candidate[]): Candidate[] {
  const byUrl = new Map<string, Candidate>();
  for (const { url, region, activeJobs } of candidates) {
    const more = byUrl.get(url)?.activeJobs ?? 0;
    byUrl.set(url, { url, region, activeJobs: activeJobs + more });
  }
  return [...byUrl.values()];
}

function rank(candidates: readonly Candidate[]): ListedServer[] {
  const byUrl = (a: Candidate, b: Candidate) => a.url < b.url ? -1 : 1;
  return candidates.toSorted((a, b) => a.activeJobs - b.activeJobs || byUrl(a, b))
    .map(({ url, region, activeJobs }, index) => ({
      url,
      region,
      status: "active",
      priority: index + 1,
      activeJobs,
    }));
}
