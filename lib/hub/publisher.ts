import { type Followers, type LogEntry, Sequence } from "../engine/mod.ts";
import type { Position } from "../protocol/mod.ts";
import { logger } from "../telemetry/mod.ts";
import type { Channel } from "./channel.ts";

const log = logger("store");

/** What became of a publication: its frame, and how many connections it went to. */
interface Published {
  readonly frame: string;
  readonly recipients: number;
}

/** An entry of the log on its way to the channel. */
interface Item {
  readonly offset: number;
  /** When it was appended, in milliseconds since the Unix epoch; undefined: now, and here. */
  readonly at?: number;
  make(): Promise<string>;
  /** Done in the same turn as the publication. */
  before(): void;
  readonly done?: PromiseWithResolvers<Published>;
}

/** What a {@link Publisher} works with. */
interface PublisherOptions {
  readonly channel: Channel;
  readonly followers: Followers;
  /** The channel's name in the log. */
  readonly name: string;
  /** Entries as frames, which takes a while where they are signed; "lost" where one cannot be made any more. */
  frames(entries: readonly LogEntry[]): Promise<readonly string[] | "lost">;
  /** Takes in what another server has appended, in the same turn as its publication. */
  before?(entry: LogEntry): void;
}

/**
 * Feeds a channel with what the log has of it: what is appended here, and what other servers append. Frames are made side
 * by side, and published one after the other in the order of their offsets.
 */
export class Publisher {
  readonly channel: Channel;
  readonly #options: PublisherOptions;
  readonly #sequence: Sequence<Item>;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: PublisherOptions) {
    this.channel = options.channel;
    this.#options = options;
    this.#sequence = new Sequence({
      log: options.followers.log,
      channel: options.name,
      read: (entry) => this.#itemOf(entry),
      take: (item) => this.#take(item),
      skip: (offset) => this.#inTurn(() => this.channel.resume(offset)),
      late: ({ done, make }) =>
        void make().then((frame) => done?.resolve({ frame, recipients: 0 }), done?.reject),
    });
  }

  /** Follows the channel, from what it holds now on, until it is closed. */
  async begin(): Promise<void> {
    this.#options.followers.add(this.#options.name, this.#sequence);
    await this.#sequence.begin();
    await this.#last;
  }

  /** Follows no more; what comes from here goes on. */
  close(): void {
    this.#options.followers.remove(this.#options.name);
  }

  /**
   * Publishes what was appended here at an offset. A frame that cannot be made leaves a gap, which clients notice.
   *
   * @param before what has to happen in the same turn as the publication
   */
  publish(offset: number, frame: Promise<string>, before: () => void = () => {}): Promise<Published> {
    const done = Promise.withResolvers<Published>();
    // Where it fails before its turn comes, nobody listens to it yet.
    frame.catch(() => {});
    this.#sequence.offer({ offset, make: () => frame, before, done });
    return done.promise;
  }

  /** Resolves when what another server may have told of is known here too: whoever comes from there may be ahead. */
  async reach(position: Position | undefined): Promise<void> {
    if (position?.epoch !== this.channel.epoch || position.offset <= this.channel.offset) return;
    await this.#sequence.look();
    await this.#last;
  }

  /** What follows an offset up to another one, made again; "lost" when it is kept no more. */
  async past(offset: number, upTo: number): Promise<readonly string[] | "lost"> {
    if (offset === upTo) return [];
    const { followers, name, frames } = this.#options;
    const entries = await followers.log.since(name, offset, upTo - offset);
    return entries === "lost" ? "lost" : await frames(entries);
  }

  /** Resolves when all that was asked for so far is published. */
  async settled(): Promise<void> {
    await this.#last;
  }

  #itemOf(entry: LogEntry): Item {
    const { name, frames, before } = this.#options;
    return {
      offset: entry.offset,
      at: entry.at,
      make: async () => {
        const made = await frames([entry]);
        if (made === "lost" || made[0] === undefined) {
          throw new Error(`what entry ${entry.offset} of ${name} tells of is kept no more`);
        }
        return made[0];
      },
      before: () => before?.(entry),
    };
  }

  #take(item: Item): void {
    // Nobody signs for nobody: the entry stays in the log.
    const making = item.done === undefined && !this.#isHeard ? undefined : item.make();
    // When it fails before its turn comes, nobody listens to it yet.
    making?.catch(() => {});
    this.#inTurn(async () => {
      if (making === undefined && !this.#isHeard) return this.#passOver(item);
      try {
        const published = await this.#publish(item, making ?? item.make());
        item.done?.resolve(published);
      } catch (error) {
        if (item.done === undefined) throw error;
        item.done.reject(error);
      }
    });
  }

  #passOver({ offset, before }: Item): void {
    before();
    this.channel.resume(offset);
  }

  async #publish({ offset, at, before }: Item, making: Promise<string>): Promise<Published> {
    let frame;
    try {
      frame = await making;
    } catch (error) {
      before();
      throw error;
    }
    before();
    return { frame, recipients: this.channel.publish(offset, frame, at) };
  }

  get #isHeard(): boolean {
    return this.channel.subscribers > 0;
  }

  #inTurn(act: () => void | Promise<void>): void {
    this.#last = this.#last.then(act).catch((error) => {
      log.error("Cannot tell what was appended to {name}: {error}", { name: this.#options.name, error });
    });
  }
}
