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

/** Wants to know that something was appended to some of the channels whose names begin alike, and not what. Must not throw. */
interface Watcher {
  readonly prefix: string;
  /** Whether it wants the channel that is called so after the prefix. */
  wants(name: string): boolean;
  /** Others have appended to these; or they may have, to any. */
  heard(names: readonly string[] | "any"): void;
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

  /** Has somebody hear of the channels that it wants, until what is answered is disposed of. */
  watch(watcher: Watcher): Disposable {
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
          this.#watchers.values().some((watcher) => isWatched(channel, watcher));
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
      for (const watcher of this.#watchers) watcher.heard("any");
      return;
    }
    const byChannel = Map.groupBy(news, ({ channel }) => channel);
    for (const [channel, entries] of byChannel) this.#byChannel.get(channel)?.take(entries);
    for (const watcher of this.#watchers) {
      const channels = [...byChannel.keys()].filter((channel) => isWatched(channel, watcher));
      if (channels.length > 0) watcher.heard(channels.map((channel) => nameOf(channel, watcher)));
    }
  }
}

function isWatched(channel: string, watcher: Watcher): boolean {
  return channel.startsWith(watcher.prefix) && watcher.wants(nameOf(channel, watcher));
}

function nameOf(channel: string, { prefix }: Watcher): string {
  return channel.slice(prefix.length);
}
