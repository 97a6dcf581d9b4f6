import {
  InstanceName,
  type InstanceRecord,
  type InstanceRepository,
  type ServerFigures,
} from "../engine/mod.ts";
import { afterAbout, type Clock, type Timer } from "../protocol/mod.ts";
import { logger } from "../telemetry/mod.ts";

/** The servers that share a store, as far as their jobs are concerned. */
export interface Cluster {
  /**
   * This server's name, which no other living one has. Whatever is under it at the start is left from a former life; should
   * two have the same name all the same, they take each other's jobs away, of which none is lost.
   */
  readonly self: string;
  /** The names of those that live. One that lives and is missing loses its jobs to the others, and nothing else. */
  living(): Promise<ReadonlySet<string>>;
}

/** One server that has its store for itself. */
export const alone: Cluster = {
  self: "alone",
  living: () => Promise.resolve(new Set(["alone"])),
};

const log = logger("gateway");
/**
 * Milliseconds between two times that a server says that it lives and looks who else does: with others, and where there is nobody
 * else, since each costs a commit; not so long that it seems silent.
 */
const [beatInterval, beatIntervalAlone] = [2500, 5000];
/** A server that has said nothing for this long is silent: clients had better go elsewhere, and nobody waits for its answers. */
const silentAfter = 6000;
/** One that has said nothing for this long is taken for dead: only then are its jobs taken from it. */
const lifetime = 30_000;
/** How long the store keeps what it said: long enough for a clock that is set forward to remove nobody who lives. */
const keptFor = 3_600_000;

/** The names of the other servers that may live. */
interface OtherServers {
  readonly heard: readonly string[];
  /** Those that have said nothing lately, and are not taken for dead yet. */
  readonly silent: readonly string[];
}

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
interface InstancesOptions {
  /** The store that is shared, as for `openEngine`. */
  readonly location: string;
  readonly repository: InstanceRepository;
  readonly clock: Clock;
  /** `public_url`, where it is set. */
  readonly publicUrl: string | undefined;
  readonly region: string;
  /** Counts the jobs that have not ended. */
  activeJobs(): number;
  /** What else operators are told. */
  figures?(): ServerFigures;
}

/** What a server said last, and when that was, by the clock that is never set. */
interface Sign {
  readonly said: number;
  readonly at: number;
}

type Said = Omit<InstanceRecord, "heardAt">;
type Candidate = Pick<InstanceRecord, "region" | "activeJobs"> & { readonly url: string };

/**
 * The servers that share a store: this one says regularly that it lives, and knows the others that do. What another says for
 * the first time goes by the store's clock; after that only whether it says something new counts.
 */
export class Instances implements Cluster {
  readonly #options: InstancesOptions;
  readonly #url: string | null;
  readonly #signs = new Map<string, Sign>();
  #name: InstanceName | undefined;
  #timer: Timer | undefined;
  #writing: Promise<void> = Promise.resolve();
  /** Whether nobody else lived at the last look. */
  #isAlone = false;
  #closing = false;
  #left = false;

  constructor(options: InstancesOptions) {
    this.#options = options;
    this.#url = options.publicUrl === undefined ? null : socketUrl(options.publicUrl);
  }

  /** Empty before the start. */
  get self(): string {
    return this.#name?.value ?? "";
  }

  async living(): Promise<ReadonlySet<string>> {
    return new Set([this.self, ...namesOf(await this.#others(lifetime))]);
  }

  async others(): Promise<OtherServers> {
    const living = await this.#others(lifetime);
    const heard = namesOf(this.#since(silentAfter, living));
    return { heard, silent: namesOf(living).filter((name) => !heard.includes(name)) };
  }

  /** This server as it is now, and the others as they have said last. */
  async all(): Promise<InstanceRecord[]> {
    const [heardAt, others] = await Promise.all([this.#options.repository.now(), this.#others(lifetime)]);
    return [{ ...this.#said(this.#closing ? null : this.#url), heardAt }, ...others];
  }

  /** Takes a name and joins the list. */
  async start(): Promise<void> {
    this.#name = InstanceName.claim(this.#options.location);
    await this.#write();
    this.#beatLater();
  }

  /** Takes no more clients, but still lives. Never rejects. */
  async close(): Promise<void> {
    this.#closing = true;
    await (this.#writing = this.#writing.then(() => this.#try(() => this.#write())));
  }

  /** Lives no more, and gives its name back. Never rejects. */
  async leave(): Promise<void> {
    this.#closing = this.#left = true;
    this.#timer?.cancel();
    await this.#writing;
    if (this.#name !== undefined) await this.#try(() => this.#options.repository.delete(this.self));
    this.#name?.[Symbol.dispose]();
  }

  /**
   * The servers that take clients, the least busy first.
   *
   * @param ownUrl where this one was reached, for when no `public_url` says it; null when that is not known
   */
  async list(ownUrl: string | null): Promise<ListedServer[]> {
    const own = this.#closing ? [] : [this.#said(this.#url ?? ownUrl)];
    const others = await this.#others(silentAfter);
    const candidates = [...own, ...others].filter((said): said is Said & Candidate => said.url !== null);
    return rank(merge(candidates));
  }

  /** Those that have said something new within so many milliseconds. */
  async #others(silence: number): Promise<InstanceRecord[]> {
    const { repository } = this.#options;
    const [records, now] = await Promise.all([repository.list(), repository.now()]);
    const isKnown = new Set(records.map(({ id }) => id));
    for (const id of this.#signs.keys()) if (!isKnown.has(id)) this.#signs.delete(id);
    for (const record of records) this.#note(record, now);
    return this.#since(silence, records.filter(({ id }) => id !== this.self));
  }

  #since(silence: number, records: readonly InstanceRecord[]): InstanceRecord[] {
    const since = this.#options.clock.elapsed() - silence;
    return records.filter(({ id }) => (this.#signs.get(id)?.at ?? -Infinity) > since);
  }

  /** Notes when the server said first what it says now. */
  #note({ id, heardAt: said }: InstanceRecord, now: number): void {
    const known = this.#signs.get(id);
    if (known?.said === said) return;
    const age = known === undefined ? Math.max(0, now - said) : 0;
    this.#signs.set(id, { said, at: this.#options.clock.elapsed() - age });
  }

  #said(url: string | null): Said {
    const { region, activeJobs, figures } = this.#options;
    return { id: this.self, url, region, activeJobs: activeJobs(), figures: figures?.() };
  }

  async #write(): Promise<void> {
    if (this.#name === undefined) return;
    const { repository } = this.#options;
    const heardAt = await repository.now();
    // One without an address is not listed.
    await repository.put({ ...this.#said(this.#closing ? null : this.#url), heardAt }, keptFor);
  }

  /** Looks who else lives, so that whoever falls silent is known to have from then on, and says that it does itself. */
  async #beat(): Promise<void> {
    this.#isAlone = (await this.#others(lifetime)).length === 0;
    await this.#write();
  }

  async #try(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      log.warning("Cannot keep the list of servers: {error}", { error });
    }
  }

  #beatLater(): void {
    if (this.#left) return;
    const interval = this.#isAlone ? beatIntervalAlone : beatInterval;
    this.#timer = afterAbout(this.#options.clock, interval, () => {
      this.#writing = this.#try(() => this.#beat()).then(() => this.#beatLater());
    });
  }
}

function namesOf(records: readonly InstanceRecord[]): string[] {
  return records.map(({ id }) => id);
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
