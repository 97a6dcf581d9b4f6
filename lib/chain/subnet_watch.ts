import { type Clock, FirstSignal, sleep } from "../protocol/mod.ts";
import type { ChainUrl } from "./chain_url.ts";
import { NodeError, NodeLink } from "./node_link.ts";
import { blockNumber, finalBlock, genesisOf, readSubnet, type SubnetReading } from "./read_subnet.ts";

/** Milliseconds without a new final block after which a node is left, and between two readings. */
const [longestSilence, shortestPause] = [120_000, 1000];
/** Milliseconds before a node is tried again: doubled with every failure. */
const [firstDelay, longestDelay] = [1000, 60_000];

/** What a {@link SubnetWatch} works with. */
interface WatchOptions extends ChainUrl {
  readonly clock: Clock;
  /** Between 0 and 1. */
  readonly random?: () => number;
  readonly pageSize?: number;
  /** Hears every reading; what it throws counts as a failure of the node. */
  onReading(reading: SubnetReading, genesis: string): void | Promise<void>;
  /** Hears why a node was left. */
  onFailure(node: string, error: Error): void;
}

/** Reads a subnet at every final block, from one node after another for as long as each does its work. */
export class SubnetWatch {
  readonly #options: WatchOptions;
  readonly #ending = new AbortController();
  #genesis: string | undefined;
  #newest = 0;
  /** Failures since the last reading. */
  #failures = 0;
  #running: Promise<void> | undefined;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Resolves once nothing is read any more. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { nodes, clock, onFailure } = this.#options;
    const { signal } = this.#ending;
    for (let turn = 0; !signal.aborted; turn += 1) {
      const node = nodes[turn % nodes.length] ?? "";
      try {
        await this.#follow(node);
      } catch (error) {
        if (signal.aborted) return;
        this.#failures += 1;
        onFailure(node, error as Error);
      }
      await sleep(clock, this.#delay(), signal);
    }
  }

  /** The other nodes are tried soon; only when all have failed it takes longer and longer. */
  #delay(): number {
    const { nodes, random = Math.random } = this.#options;
    const rounds = Math.min(20, Math.floor(this.#failures / nodes.length));
    return Math.min(longestDelay, firstDelay * 2 ** rounds) * (0.75 + random() / 4);
  }

  /** Reads from one node until it fails. */
  async #follow(url: string): Promise<never> {
    const { clock, onReading, netuid, pageSize } = this.#options;
    using node = await NodeLink.open(url, clock, this.#ending.signal);
    const genesis = await genesisOf(node);
    if (genesis !== (this.#genesis ?? genesis)) {
      throw new NodeError(`it is of another chain (${genesis}) than what was read before (${this.#genesis})`);
    }
    const heads = new Heads();
    await node.subscribe("chain_subscribeFinalizedHeads", (header) => heads.add(blockNumber(header)));
    for (;;) {
      heads.take();
      const block = await finalBlock(node);
      if (block.number < this.#newest) {
        throw new NodeError(
          `it is behind: its final block is ${block.number}, ${this.#newest} was read before`,
        );
      }
      const reading = await readSubnet(node, netuid, {
        block,
        ...pageSize === undefined ? {} : { pageSize },
      });
      await onReading(reading, genesis);
      [this.#genesis, this.#newest, this.#failures] = [genesis, block.number, 0];
      await this.#nextHead(node, heads);
    }
  }

  async #nextHead(node: NodeLink, heads: Heads): Promise<void> {
    const { clock } = this.#options;
    const waiting = new AbortController();
    using first = new FirstSignal(waiting.signal, this.#ending.signal);
    try {
      await sleep(clock, shortestPause, this.#ending.signal);
      const silence = sleep(clock, longestSilence, first.signal).then(() =>
        new NodeError(`no new final block for ${longestSilence / 1000} s`)
      );
      const failure = await Promise.race([heads.next, node.ended, silence]);
      if (failure !== undefined) throw failure;
    } finally {
      waiting.abort();
    }
  }
}

/** Whether a final block has come that was not read yet. */
class Heads {
  #newest = -1;
  #news = Promise.withResolvers<void>();

  get next(): Promise<void> {
    return this.#news.promise;
  }

  add(number: number): void {
    if (number <= this.#newest) return;
    this.#newest = number;
    this.#news.resolve();
  }

  take(): void {
    this.#news = Promise.withResolvers<void>();
  }
}
