import type { Followers } from "../engine/mod.ts";
import type { ChannelSettings } from "../hub/mod.ts";
import type { Clock, Timer } from "../protocol/mod.ts";
import { type Commits, LoggedPast } from "./past.ts";
import { PushedStream } from "./pushed_stream.ts";

/** Such streams that a server has open at once. */
const most = 100_000;
/** Milliseconds for which one that nobody listens to is kept: its client may come back, with what it has. */
const linger = 30_000;

/**
 * Streams that are there by their name alone, such as one for each user: open at a server while somebody listens to them
 * there. What is published is in the log in any case, for as long as the log keeps it.
 */
export class NamedStreams {
  readonly #followers: Followers;
  readonly #commits: Commits;
  readonly #clock: Clock;
  readonly #settings: ChannelSettings;
  readonly #open = new Map<string, PushedStream>();
  readonly #idle = new Map<string, Timer>();

  constructor(options: { followers: Followers; commits: Commits; clock: Clock; settings: ChannelSettings }) {
    this.#followers = options.followers;
    this.#commits = options.commits;
    this.#clock = options.clock;
    this.#settings = options.settings;
  }

  all(): Iterable<PushedStream> {
    return this.#open.values();
  }

  /** A stream, to be listened to at once; undefined when there is no room for one more. */
  find(name: string): PushedStream | undefined {
    const known = this.#open.get(name);
    if (known !== undefined || this.#open.size >= most) return known;
    const options = { clock: this.#clock, past: this.#past(name), settings: this.#settings };
    const stream = new PushedStream(name, options, () => this.#idled(name, stream));
    this.#open.set(name, stream);
    stream.begin();
    this.#idled(name, stream);
    return stream;
  }

  /** Publishes a value, whether somebody listens here or not, and answers its offset once it is kept. */
  async publish(name: string, value: unknown): Promise<number> {
    return await (this.#open.get(name)?.publish(value) ?? this.#past(name).add(value, this.#clock.now()));
  }

  stop(): void {
    for (const timer of this.#idle.values()) timer.cancel();
    for (const stream of this.#open.values()) stream.stop();
  }

  #past(name: string): LoggedPast {
    return new LoggedPast(name, this.#followers, this.#commits);
  }

  #idled(name: string, stream: PushedStream): void {
    this.#idle.get(name)?.cancel();
    const timer = this.#clock.after(linger, () => {
      if (!stream.isIdle) return;
      this.#idle.delete(name);
      this.#open.delete(name);
      stream.stop();
    });
    this.#idle.set(name, timer);
  }
}
