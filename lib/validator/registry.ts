import { isAddress } from "../crypto/mod.ts";
import { afterAbout, type Clock, type Timer } from "../protocol/mod.ts";
import { type Followers, type MinerRepository, minersChannel, SharedRecords } from "../engine/mod.ts";
import { logger, Throttle } from "../telemetry/mod.ts";
import type { ChainMetagraph } from "./chain_metagraph.ts";
import { MetagraphFile, type Registration } from "./metagraph.ts";

const log = logger("registry");
/** Milliseconds between two looks at the metagraph file. */
const fileInterval = 1000;

/** What a list of miners changes of those that are registered. */
export interface RegistryChange {
  readonly added: readonly Registration[];
  readonly changed: readonly { readonly before: Registration; readonly now: Registration }[];
  /** The operator's own entries that the list does not have. */
  readonly removed: readonly Registration[];
}

/** Who may connect: the miners of the metagraph, a file or a chain, and over them the operator's own entries. */
export class MinerRegistry {
  readonly #repository: MinerRepository;
  readonly #file: MetagraphFile | undefined;
  readonly #chain: ChainMetagraph | undefined;
  readonly #clock: Clock;
  readonly #faults: Throttle;
  readonly #onChange = new Set<() => void>();
  readonly #timers = new Set<Timer>();
  /** What the operator registered, here or at another server. */
  readonly #stored: SharedRecords<Registration>;
  #metagraph = new Map<string, Registration>();
  #stopped = false;

  constructor(options: {
    repository: MinerRepository;
    followers: Followers;
    /** Path of the metagraph file. */
    metagraph: string | undefined;
    chain: ChainMetagraph | undefined;
    clock: Clock;
  }) {
    this.#repository = options.repository;
    this.#stored = new SharedRecords({
      followers: options.followers,
      channel: minersChannel,
      list: () => this.#repository.list(),
      keyOf: ({ hotkey }) => hotkey,
      onChange: () => this.#changed(),
    });
    this.#chain = options.chain;
    this.#clock = options.clock;
    this.#faults = new Throttle({ clock: options.clock, intervalMs: 60_000 });
    if (options.metagraph !== undefined) this.#file = new MetagraphFile(options.metagraph, isAddress);
  }

  /** Reads all sources. Throws when the metagraph cannot be read: a start must not lack its miners. */
  async load(): Promise<void> {
    await this.#stored.begin();
    await this.#chain?.start((miners) => this.#take(miners));
    const file = this.#file;
    if (file === undefined) return;
    await this.#readFile(file);
    this.#look(fileInterval, () => this.#readFile(file));
  }

  /** Looks at the metagraph file at once. */
  reread(): void {
    const file = this.#file;
    if (file !== undefined) void this.#tryTo(() => this.#readFile(file));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    await this.#chain?.stop();
  }

  find(hotkey: string): Registration | undefined {
    return this.#stored.get(hotkey) ?? this.#metagraph.get(hotkey);
  }

  /** All registered miners by uid. */
  list(): Registration[] {
    const miners = new Map(this.#metagraph);
    for (const miner of this.#stored.values()) miners.set(miner.hotkey, miner);
    return [...miners.values()].sort((a, b) => a.uid - b.uid);
  }

  async put(registration: Registration): Promise<void> {
    await this.#stored.change(await this.#repository.put(registration));
  }

  /** Removes the operator's entry; a miner that the metagraph file lists stays registered by it. */
  async delete(hotkey: string): Promise<boolean> {
    const existed = this.#stored.has(hotkey);
    await this.#stored.change(await this.#repository.delete(hotkey));
    return existed;
  }

  /** What {@link replace} would change. */
  compare(miners: readonly Registration[]): RegistryChange {
    const wanted = new Set(miners.map(({ hotkey }) => hotkey));
    const isOther = ({ uid, blacklisted }: Registration, known: Registration) =>
      known.uid !== uid || known.blacklisted !== blacklisted;
    return {
      added: miners.filter(({ hotkey }) => this.find(hotkey) === undefined),
      changed: miners.flatMap((now) => {
        const before = this.find(now.hotkey);
        return before !== undefined && isOther(now, before) ? [{ before, now }] : [];
      }),
      removed: [...this.#stored.values()].filter(({ hotkey }) => !wanted.has(hotkey)),
    };
  }

  /** Registers these miners, and removes the operator's other entries; what the metagraph lists stays registered by it. */
  async replace(miners: readonly Registration[]): Promise<RegistryChange> {
    const change = this.compare(miners);
    const { added, changed, removed } = change;
    const put = [...added, ...changed.map(({ now }) => now)];
    const deleted = removed.map(({ hotkey }) => hotkey);
    await this.#stored.change(...await this.#repository.change(put, deleted));
    return change;
  }

  /** Calls `run` whenever a miner may have been added, changed, blacklisted or removed. */
  onChange(run: () => void): void {
    this.#onChange.add(run);
  }

  #changed(): void {
    for (const run of this.#onChange) run();
  }

  /** Reads a source again and again. */
  #look(interval: number, read: () => Promise<void>): void {
    if (this.#stopped) return;
    const timer = afterAbout(this.#clock, interval, async () => {
      this.#timers.delete(timer);
      await this.#tryTo(read);
      this.#look(interval, read);
    });
    this.#timers.add(timer);
  }

  async #tryTo(read: () => Promise<void>): Promise<void> {
    try {
      await read();
    } catch (error) {
      if (this.#stopped) return;
      const { message } = error as Error;
      this.#faults.error(log, message, "{message}; the version read before stays in force", { message });
    }
  }

  async #readFile(file: MetagraphFile): Promise<void> {
    const miners = await file.readIfChanged();
    if (miners === null) return;
    log.info("Read the metagraph: {count} miners", { count: miners.length });
    this.#take(miners);
  }

  #take(miners: readonly Registration[]): void {
    this.#metagraph = new Map(miners.map((miner) => [miner.hotkey, miner]));
    this.#changed();
  }
}
