import { isAddress } from "../crypto/mod.ts";
import type { Clock, Timer } from "../protocol/mod.ts";
import type { MinerRepository } from "../store/mod.ts";
import { logger, Throttle } from "../telemetry/mod.ts";
import { MetagraphFile, type Registration } from "./metagraph.ts";

const log = logger("registry");
const rereadInterval = 1000;

/** Who may connect: the metagraph file's miners, and over them the operator's own entries. */
export class MinerRegistry {
  readonly #repository: MinerRepository;
  readonly #file: MetagraphFile | undefined;
  readonly #clock: Clock;
  readonly #faults: Throttle;
  readonly #onChange = new Set<() => void>();
  readonly #stored = new Map<string, Registration>();
  #metagraph = new Map<string, Registration>();
  #rereading: Timer | undefined;

  constructor(options: { repository: MinerRepository; metagraph: string | undefined; clock: Clock }) {
    this.#repository = options.repository;
    this.#clock = options.clock;
    this.#faults = new Throttle({ clock: options.clock, intervalMs: 60_000 });
    if (options.metagraph !== undefined) this.#file = new MetagraphFile(options.metagraph, isAddress);
  }

  /** Reads both sources. Throws when the metagraph file cannot be read: a start must not lack its miners. */
  async load(): Promise<void> {
    for (const record of await this.#repository.list()) this.#stored.set(record.hotkey, record);
    if (this.#file === undefined) return;
    await this.#reread(this.#file);
    this.#watch(this.#file);
  }

  stop(): void {
    this.#rereading?.cancel();
    this.#rereading = undefined;
  }

  find(hotkey: string): Registration | undefined {
    return this.#stored.get(hotkey) ?? this.#metagraph.get(hotkey);
  }

  /** All registered miners by uid. */
  list(): Registration[] {
    return [...new Map([...this.#metagraph, ...this.#stored]).values()].sort((a, b) => a.uid - b.uid);
  }

  async put(registration: Registration): Promise<void> {
    await this.#repository.put(registration);
    this.#stored.set(registration.hotkey, registration);
    this.#changed();
  }

  /** Removes the operator's entry; a miner that the metagraph file lists stays registered by it. */
  async delete(hotkey: string): Promise<boolean> {
    await this.#repository.delete(hotkey);
    const existed = this.#stored.delete(hotkey);
    this.#changed();
    return existed;
  }

  /** Calls `run` whenever a miner may have been added, changed, blacklisted or removed. */
  onChange(run: () => void): void {
    this.#onChange.add(run);
  }

  #changed(): void {
    for (const run of this.#onChange) run();
  }

  #watch(file: MetagraphFile): void {
    this.#rereading = this.#clock.after(rereadInterval, async () => {
      try {
        await this.#reread(file);
      } catch (error) {
        const { message } = error as Error;
        this.#faults.error(log, message, "{message}; the version read before stays in force", { message });
      }
      if (this.#rereading !== undefined) this.#watch(file);
    });
  }

  async #reread(file: MetagraphFile): Promise<void> {
    const miners = await file.readIfChanged();
    if (miners === null) return;
    this.#metagraph = new Map(miners.map((miner) => [miner.hotkey, miner]));
    log.info("Read the metagraph: {count} miners", { count: miners.length });
    this.#changed();
  }
}
