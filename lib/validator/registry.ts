import { isAddress } from "../crypto/mod.ts";
import type { Clock, Timer } from "../protocol/mod.ts";
import {
  type Followers,
  type MinerChange,
  type MinerRepository,
  minersChannel,
  Sequence,
} from "../engine/mod.ts";
import { logger, Throttle } from "../telemetry/mod.ts";
import type { ChainMetagraph } from "./chain_metagraph.ts";
import { MetagraphFile, type Registration } from "./metagraph.ts";

const log = logger("registry");
/** Milliseconds between two looks at the metagraph file. */
const fileInterval = 1000;

/** A change of the operator's entries, in the order of the log. */
type Change = MinerChange & { readonly offset: number };

/** Who may connect: the miners of the metagraph, a file or a chain, and over them the operator's own entries. */
export class MinerRegistry {
  readonly #repository: MinerRepository;
  readonly #file: MetagraphFile | undefined;
  readonly #chain: ChainMetagraph | undefined;
  readonly #clock: Clock;
  readonly #faults: Throttle;
  readonly #onChange = new Set<() => void>();
  readonly #timers = new Set<Timer>();
  /** What the operator changes here, and at other servers. */
  readonly #changes: Sequence<Change>;
  #stored = new Map<string, Registration>();
  /** What was changed while the store is read. */
  #meanwhile: Change[] | undefined;
  #isLoaded = false;
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
    this.#changes = new Sequence({
      log: options.followers.log,
      channel: minersChannel,
      read: ({ offset, data }) => ({ offset, ...data as MinerChange }),
      take: (change) => this.#takeOver(change),
      skip: () => this.#isLoaded && void this.#tryTo(() => this.#readStore()),
    });
    options.followers.add(minersChannel, this.#changes);
    this.#chain = options.chain;
    this.#clock = options.clock;
    this.#faults = new Throttle({ clock: options.clock, intervalMs: 60_000 });
    if (options.metagraph !== undefined) this.#file = new MetagraphFile(options.metagraph, isAddress);
  }

  /** Reads all sources. Throws when the metagraph cannot be read: a start must not lack its miners. */
  async load(): Promise<void> {
    await this.#changes.begin();
    await this.#readStore();
    this.#isLoaded = true;
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
    return [...new Map([...this.#metagraph, ...this.#stored]).values()].sort((a, b) => a.uid - b.uid);
  }

  async put(miner: Registration): Promise<void> {
    const { hotkey } = miner;
    await this.#changed({ hotkey, miner, offset: await this.#repository.put(miner) });
  }

  /** Removes the operator's entry; a miner that the metagraph file lists stays registered by it. */
  async delete(hotkey: string): Promise<boolean> {
    const existed = this.#stored.has(hotkey);
    await this.#changed({ hotkey, miner: null, offset: await this.#repository.delete(hotkey) });
    return existed;
  }

  /** Calls `run` whenever a miner may have been added, changed, blacklisted or removed. */
  onChange(run: () => void): void {
    this.#onChange.add(run);
  }

  #tell(): void {
    for (const run of this.#onChange) run();
  }

  /** Resolves when a change that was made here is in force, after those that other servers have made before. */
  async #changed(change: Change): Promise<void> {
    this.#changes.offer(change);
    if (this.#changes.offset < change.offset) await this.#changes.look();
  }

  #takeOver(change: Change): void {
    this.#meanwhile?.push(change);
    const { hotkey, miner } = change;
    if (miner === null) this.#stored.delete(hotkey);
    else this.#stored.set(hotkey, miner);
    this.#tell();
  }

  /** Reads a source again and again. */
  #look(interval: number, read: () => Promise<void>): void {
    if (this.#stopped) return;
    const timer = this.#clock.after(interval, async () => {
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

  async #readStore(): Promise<void> {
    const meanwhile: Change[] = this.#meanwhile = [];
    const records = await this.#repository.list();
    if (this.#meanwhile !== meanwhile) return;
    this.#meanwhile = undefined;
    this.#stored = new Map(records.map((record) => [record.hotkey, record]));
    // What was read may lack what has been changed since.
    for (const change of meanwhile) this.#takeOver(change);
    this.#tell();
  }

  async #readFile(file: MetagraphFile): Promise<void> {
    const miners = await file.readIfChanged();
    if (miners === null) return;
    log.info("Read the metagraph: {count} miners", { count: miners.length });
    this.#take(miners);
  }

  #take(miners: readonly Registration[]): void {
    this.#metagraph = new Map(miners.map((miner) => [miner.hotkey, miner]));
    this.#tell();
  }
}
