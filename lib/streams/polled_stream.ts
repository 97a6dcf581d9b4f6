import type { HeldLease, Lease } from "../engine/mod.ts";
import type { ChannelSettings } from "../hub/mod.ts";
import { type Clock, sleep, type StreamStatus } from "../protocol/mod.ts";
import { type Activity, logger } from "../telemetry/mod.ts";
import type { StreamDefinition, StreamSource } from "./definition.ts";
import { type ChainNode, NodeError } from "./node.ts";
import type { Past, Published } from "./past.ts";
import { Poller } from "./poller.ts";
import { Stream } from "./stream.ts";

const log = logger("streams");

/** Periods for which whoever polls for all servers has the lease: so long after its last poll another one takes over. */
const leasePeriods = 1.5;
/** How often it is looked whether another one has polled for the first time. */
const looksPerPeriod = 10;

/**
 * A stream that is polled from the node while somebody listens, by one of the servers of the store where it has a lease. What
 * another one publishes is as good as a poll of one's own.
 */
export class PolledStream extends Stream {
  override readonly period: number;
  readonly #activity: Activity;
  readonly #source: StreamSource;
  readonly #poller: Poller;
  readonly #lease: Lease | undefined;
  /** What the others were told last of the polls here. */
  #told: string | null = null;
  /** Whether there was nothing to show when another server was to poll last. */
  #isBlank = false;
  /** Whether the past may go on after the channel. */
  #isBehind = true;
  /** When a poll last succeeded, here or elsewhere, and when one elsewhere did. */
  #freshAt = -Infinity;
  #followedAt = -Infinity;
  #failure: StreamStatus | undefined;

  constructor(
    definition: StreamDefinition,
    options: {
      node: ChainNode;
      clock: Clock;
      past: Past;
      settings: ChannelSettings;
      lease?: Lease | undefined;
    },
  ) {
    super(definition.name, options);
    this.period = definition.period;
    this.#activity = options.settings.activity;
    this.#source = definition.open(options.node);
    const poll = () => this.inTurn(() => this.#poll());
    this.#lease = options.lease;
    const onIdle = () => void this.leave();
    this.#poller = new Poller({ period: this.period, clock: this.clock, poll, onIdle });
  }

  override get age(): number {
    const { pollingSince } = this.#poller;
    return pollingSince === undefined ? 0 : this.clock.elapsed() - Math.max(this.#freshAt, pollingSince);
  }

  override get failure(): StreamStatus | undefined {
    return this.#failure;
  }

  override settled(): Promise<void> {
    return this.#poller.settled();
  }

  override stop(): void {
    super.stop();
    this.#poller.stop();
  }

  /** Polls no more for others. Never rejects: what cannot be given back ends by itself. */
  override async leave(): Promise<void> {
    if (this.#poller.pollingSince === undefined) await this.#lease?.release().catch(() => {});
  }

  protected override acquire(): void {
    this.#poller.acquire();
  }

  protected override release(): void {
    this.#poller.release();
  }

  protected override isFresh(): boolean {
    return this.clock.elapsed() - this.#freshAt < 2 * this.period;
  }

  protected override stateAfter(): unknown {
    return this.#source.current();
  }

  protected override tookOver(published: readonly Published[], offset: number): void {
    this.#source.recover?.(published.map(({ value }) => value), offset);
    this.#isBehind = false;
  }

  protected override followed(at: number): void {
    this.#followedAt = this.clock.elapsed() - Math.max(0, this.clock.now() - at);
    this.#freshAt = Math.max(this.#freshAt, this.#followedAt);
    if (this.#hasFollowed(2)) this.#recovered();
  }

  /** Whether another server has published something within so many periods. */
  #hasFollowed(periods: number): boolean {
    return this.clock.elapsed() - this.#followedAt < periods * this.period;
  }

  async #poll(): Promise<void> {
    // One poll is enough for all servers whose nodes agree.
    if (this.#hasFollowed(0.5)) return this.admitAll();
    try {
      const other = await this.#elect();
      if (other !== undefined && await this.#leaveTo(other)) return this.admitAll();
      if (this.#isBehind) this.deliver(await this.catchUp());
      const news = await this.#keep(await this.#ask());
      this.#freshAt = this.clock.elapsed();
      this.#recovered();
      this.deliver(news);
      this.confirmState(news.at(-1)?.at ?? this.clock.now());
    } catch (error) {
      this.#failed(error);
    }
    await this.#tellFirst();
    this.admitAll();
  }

  /** Takes the lease, or answers who has it, once it is known what came of the polls there. */
  async #elect(): Promise<HeldLease | undefined> {
    for (;;) {
      this.#told = this.#outcome();
      const other = await this.#lease?.take(leasePeriods * this.period, this.#told);
      const isOver = this.#poller.pollingSince === undefined;
      if (other === undefined || other.note !== null || isOver) return other;
      await sleep(this.clock, this.period / looksPerPeriod);
    }
  }

  /** The others wait for the first poll of one who has just begun. */
  async #tellFirst(): Promise<void> {
    if (this.#lease === undefined || this.#told !== null) return;
    try {
      await this.#lease.take(leasePeriods * this.period, this.#outcome());
    } catch (error) {
      this.#failed(error);
    }
  }

  /** What the others are told of the polls: a failure's words, none where they go well; null while that is not known. */
  #outcome(): string | null {
    return this.#failure?.message ?? (this.isFresh() ? "" : null);
  }

  /** Another server polls. Answers false where there is still nothing that could be shown. */
  async #leaveTo({ left, note }: HeldLease): Promise<boolean> {
    const isBlank = this.#source.current() === undefined;
    // What is called fresh now has to be what was published there.
    if (this.#isBehind || isBlank || !this.isFresh()) this.deliver(await this.catchUp());
    const wasBlank = this.#isBlank;
    this.#isBlank = this.#source.current() === undefined;
    if (wasBlank && this.#isBlank) return false;
    this.#poller.again(left);
    if (note === null) return true;
    if (note === "") {
      const age = Math.max(0, leasePeriods * this.period - left);
      this.#freshAt = Math.max(this.#freshAt, this.clock.elapsed() - age);
      this.#recovered();
      this.confirmState(this.clock.now() - age);
    } else this.#failed(new NodeError(note));
    return true;
  }

  async #ask(): Promise<readonly unknown[]> {
    const startedAt = this.clock.elapsed();
    const count = (result: "ok" | "error") =>
      this.#activity.poll(this.name, result, (this.clock.elapsed() - startedAt) / 1000);
    try {
      const values = await this.#source.poll();
      count("ok");
      return values;
    } catch (error) {
      count("error");
      throw error;
    }
  }

  /** Answers what is published now: the values, or what another server of the store has published in their place. */
  async #keep(values: readonly unknown[]): Promise<readonly Published[]> {
    if (values.length === 0) return [];
    const { offset } = this.channel;
    const at = this.clock.now();
    this.#isBehind = true;
    if (!await this.past.keep(offset, values, at)) return await this.catchUp();
    this.#isBehind = false;
    return values.map((value, index) => ({ offset: offset + 1 + index, at, value }));
  }

  #failed(error: unknown): void {
    if (!(error instanceof NodeError)) {
      log.error("Fault in stream {stream}: {error}", { stream: this.name, error });
    }
    if (this.#failure !== undefined || this.#hasFollowed(2)) return;
    const message = error instanceof NodeError ? error.message : "internal error";
    log.warning("Stream {stream} is stale: {message}", { stream: this.name, message });
    this.#failure = this.tellAll("stale", message);
  }

  #recovered(): void {
    if (this.#failure === undefined) return;
    this.#failure = undefined;
    log.info("Stream {stream} is live again", { stream: this.name });
    this.tellAll("live", "the node answers again");
  }
}
