import { type ChainUrl, nodeName, parseChainUrl, type SubnetReading, SubnetWatch } from "../chain/mod.ts";
import { type Clock, sleep } from "../protocol/mod.ts";
import type { ChainEntry, ChainListRecord, ChainListRepository } from "../engine/mod.ts";
import { logger, Throttle } from "../telemetry/mod.ts";
import type { Registration } from "./metagraph.ts";

const log = logger("registry");
/** Milliseconds that a start waits for a node, without a stored list and with one. */
const [startPatience, shortPatience] = [20_000, 3000];
/** Milliseconds after which a list that has not changed is stored again, so that its age is known after a restart. */
const storeInterval = 60_000;

/** Which keys of a subnet count as miners. */
export interface ChainFilter {
  /** The smallest stake, in TAO as it weighs in the subnet; 0: any. */
  readonly minStake: number;
  /** Whether a key must have a permit to set weights, must not, or may. */
  readonly permit: "any" | "required" | "none";
}

/** What a {@link ChainMetagraph} works with. */
interface ChainMetagraphOptions {
  readonly repository: ChainListRepository;
  readonly url: string;
  readonly filter: ChainFilter;
  readonly clock: Clock;
}

/** What is known of a subnet, and since when. */
export interface ChainState {
  readonly netuid: number;
  readonly block: number;
  readonly miners: number;
  /** Seconds since the chain was last read. */
  readonly age: number;
  /** Why the newest reading failed; absent while all is well. */
  readonly problem?: string;
}

/** The miners of a subnet, as the chain has them at its final blocks; the last known list serves while no node answers. */
export class ChainMetagraph {
  readonly #options: ChainMetagraphOptions;
  readonly #url: ChainUrl;
  readonly #watch: SubnetWatch;
  readonly #faults: Throttle;
  readonly #first = Promise.withResolvers<void>();
  #take: (miners: readonly Registration[]) => void = () => {};
  #list: ChainListRecord | undefined;
  #miners = 0;
  /** A moment of the clock's `elapsed`, before the start for a list that was stored. */
  #readAt = 0;
  #storedAt = -Infinity;
  #problem: string | undefined;

  constructor(options: ChainMetagraphOptions) {
    this.#options = options;
    this.#url = parseChainUrl(options.url);
    this.#faults = new Throttle({ clock: options.clock, intervalMs: 60_000 });
    this.#watch = new SubnetWatch({
      ...this.#url,
      clock: options.clock,
      onReading: (reading, genesis) => this.#read(reading, genesis),
      onFailure: (node, { message }) => this.#fail(nodeName(node), message),
    });
  }

  /**
   * Hands the miners to `take`, now and whenever they are read again.
   *
   * @throws {Error} when no node answers and no list is stored: a start must not lack its miners
   */
  async start(take: (miners: readonly Registration[]) => void): Promise<void> {
    const { repository, clock } = this.#options;
    this.#take = take;
    const stored = await repository.get(this.#url.netuid);
    if (stored !== null) this.#resume(stored);
    const waiting = new AbortController();
    this.#watch.start();
    const patience = this.#list === undefined ? startPatience : shortPatience;
    await Promise.race([this.#first.promise, sleep(clock, patience, waiting.signal)]);
    waiting.abort();
    if (this.#list !== undefined) return;
    await this.stop();
    const reason = this.#problem ?? `no answer within ${startPatience / 1000} s`;
    throw new Error(`Cannot read the metagraph of subnet ${this.#url.netuid}, and none is stored: ${reason}`);
  }

  async stop(): Promise<void> {
    await this.#watch.stop();
  }

  /** Undefined until there is a list. */
  get state(): ChainState | undefined {
    if (this.#list === undefined) return undefined;
    const { netuid, block } = this.#list;
    const age = Math.max(0, this.#options.clock.elapsed() - this.#readAt) / 1000;
    const problem = this.#problem === undefined ? {} : { problem: this.#problem };
    return { netuid, block, miners: this.#miners, age, ...problem };
  }

  #resume(stored: ChainListRecord): void {
    const { clock } = this.#options;
    this.#readAt = clock.elapsed() - Math.max(0, clock.now() - stored.readAt);
    this.#list = stored;
    try {
      this.#apply(stored.entries);
    } catch (error) {
      // What the filter asks for was not known when this was stored.
      this.#list = undefined;
      log.warning("The stored metagraph is not used: {reason}", { reason: (error as Error).message });
    }
  }

  async #read({ block, neurons, unknown }: SubnetReading, genesis: string): Promise<void> {
    const { clock } = this.#options;
    const before = this.#list;
    this.#check(unknown);
    if (before !== undefined && before.genesis !== genesis) {
      log.warning("The metagraph is now of another chain: {genesis}", { genesis });
    } else if (before !== undefined && before.block > block.number) {
      throw new Error(`it is behind: its final block is ${block.number}, ${before.block} was read before`);
    }
    if (before?.specVersion !== block.specVersion) {
      log.info("The chain's runtime is version {version}", { version: block.specVersion });
    }
    this.#list = {
      netuid: this.#url.netuid,
      genesis,
      block: block.number,
      specVersion: block.specVersion,
      readAt: clock.now(),
      entries: neurons,
    };
    this.#readAt = clock.elapsed();
    this.#problem = unknown.permits ?? unknown.stakes;
    const isNew = String(before?.entries.map(keyOf)) !== String(neurons.map(keyOf));
    this.#apply(neurons);
    if (isNew) {
      const { netuid, block } = this.#list;
      log.info("Read the metagraph: {count} miners", { count: this.#miners, netuid, block });
    }
    this.#first.resolve();
    await this.#store(isNew);
  }

  /** Nothing is decided by what is not known. Throws where the filter asks for it. */
  #check(unknown: SubnetReading["unknown"]): void {
    const { minStake, permit } = this.#options.filter;
    if (permit !== "any" && unknown.permits !== undefined) throw new Error(unknown.permits);
    if (minStake > 0 && unknown.stakes !== undefined) throw new Error(unknown.stakes);
    for (const reason of [unknown.permits, unknown.stakes]) {
      if (reason === undefined) continue;
      const hint = "Part of the metagraph is not understood, and not used: {reason}";
      this.#faults.warn(log, reason, hint, { reason });
    }
  }

  #apply(entries: readonly ChainEntry[]): void {
    const miners = entries.filter((entry) => this.#counts(entry))
      .map(({ hotkey, uid }) => ({ hotkey, uid, blacklisted: false }));
    this.#miners = miners.length;
    this.#take(miners);
  }

  #counts({ stake, permit }: ChainEntry): boolean {
    const { minStake, permit: wanted } = this.#options.filter;
    if (wanted !== "any" && permit === null) throw new Error("permits are not known");
    if (minStake > 0 && stake === null) throw new Error("stakes are not known");
    const isPermitted = wanted === "any" || permit === (wanted === "required");
    return isPermitted && (minStake === 0 || (stake ?? 0) >= minStake);
  }

  /** The list serves from memory as well, so that a store in trouble costs no more than the next restart its list. */
  async #store(isNew: boolean): Promise<void> {
    const { clock, repository } = this.#options;
    if (this.#list === undefined || (!isNew && clock.elapsed() - this.#storedAt < storeInterval)) return;
    try {
      await repository.put(this.#list);
      this.#storedAt = clock.elapsed();
    } catch (error) {
      const { message } = error as Error;
      this.#faults.error(log, "store", "Cannot store the metagraph: {message}", { message });
    }
  }

  /** The node's name is for the log alone: anybody may ask for the health. */
  #fail(node: string, problem: string): void {
    this.#problem = problem;
    const { netuid } = this.#url;
    const text =
      "Cannot read the metagraph of subnet {netuid} from {node}: {problem}; the list read before stays in force";
    this.#faults.error(log, `${node} ${problem}`, text, { netuid, node, problem });
  }
}

/** Stakes change at nearly every block, and are stored with the rest now and then. */
function keyOf({ uid, hotkey, permit }: ChainEntry): string {
  return `${uid} ${hotkey} ${permit}`;
}
