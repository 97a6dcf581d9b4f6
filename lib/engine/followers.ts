import { type Clock, sleep, within } from "../protocol/mod.ts";
import { logger, Throttle } from "../telemetry/mod.ts";
import type { ChannelEntry, Log, LogEntry } from "./log.ts";

const log = logger("store");
/** Milliseconds before the log is followed again after a failure. */
const pause = 1000;
/** Milliseconds in which the others can be told that this one follows no more. */
const farewell = 1000;

/** Serves a channel of the log at this server. Must not throw. */
export interface Follower {
  /** Takes what another server has appended, in order; some of it perhaps again, or before what comes before it. */
  take(entries: readonly LogEntry[]): void;
  /** Something may have been appended that nobody tells of: where the channel stands has to be looked at. */
  look(): void;
}

/** Wants to know that something was appended, and not what. */
interface Watcher {
  readonly prefix: string;
  readonly heard: () => void;
}

/** Tells those who serve channels of the store's log here what other servers append to them. */
export class Followers {
  readonly log: Log;
  readonly #clock: Clock;
  readonly #faults: Throttle;
  readonly #byChannel = new Map<string, Follower>();
  readonly #watchers = new Set<Watcher>();
  readonly #closing = new AbortController();
  #following: Promise<void> = Promise.resolve();

  constructor(options: { log: Log; clock: Clock }) {
    this.log = options.log;
    this.#clock = options.clock;
    this.#faults = new Throttle({ clock: options.clock });
  }

  /** Adds the one who serves a channel. Whoever asks afterwards where the channel stands misses nothing. */
  add(channel: string, follower: Follower): void {
    this.#byChannel.set(channel, follower);
  }

  /** The channel is served here no more. */
  remove(channel: string): void {
    this.#byChannel.delete(channel);
  }

  /**
   * Calls `heard` whenever another server may have appended to a channel whose name begins like this, until what it answers
   * is disposed of. It must not throw.
   */
  watch(prefix: string, heard: () => void): Disposable {
    const watcher = { prefix, heard };
    this.#watchers.add(watcher);
    return { [Symbol.dispose]: () => this.#watchers.delete(watcher) };
  }

  /** Begins to follow, and goes on until it is closed. */
  start(): void {
    this.#following = this.#follow();
  }

  /** Follows no more: the store can be closed. */
  async close(): Promise<void> {
    this.#closing.abort();
    await within(this.#clock, this.#clock.elapsed() + farewell, this.#following);
  }

  async #follow(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        const wanted = (channel: string) =>
          this.#byChannel.has(channel) ||
          this.#watchers.values().some(({ prefix }) => channel.startsWith(prefix));
        for await (const news of this.log.follow(wanted, signal)) this.#tell(news);
      } catch (error) {
        this.#faults.error(log, "follow", "Cannot follow what other servers append: {error}", { error });
      }
      await sleep(this.#clock, pause, signal);
    }
  }

  #tell(news: readonly ChannelEntry[] | "anew"): void {
    if (news === "anew") {
      for (const follower of this.#byChannel.values()) follower.look();
      for (const { heard } of this.#watchers) heard();
      return;
    }
    const byChannel = Map.groupBy(news, ({ channel }) => channel);
    for (const [channel, entries] of byChannel) this.#byChannel.get(channel)?.take(entries);
    for (const { prefix, heard } of this.#watchers) {
      if (byChannel.keys().some((channel) => channel.startsWith(prefix))) heard();
    }
  }
}
