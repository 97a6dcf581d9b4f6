import type { Channel } from "./channel.ts";

/**
 * Publishes frames that take a while to make, such as signed ones: offsets are given out at once and in order, several
 * frames are made side by side, and each is published after the one before it.
 */
export class Publisher {
  readonly #channel: Channel;
  #reserved: number;
  #last: Promise<void> = Promise.resolve();

  constructor(channel: Channel) {
    this.#channel = channel;
    this.#reserved = channel.offset;
  }

  /**
   * Publishes what `make` answers for the next offset, or for the one that is named. A `make` that fails leaves a gap,
   * which clients notice.
   *
   * @param before what has to happen in the same turn as the publication
   * @returns the frame, and how many connections it went to
   */
  publish(
    make: (offset: number) => Promise<string>,
    before: (offset: number) => void = () => {},
    offset: number = this.#reserved + 1,
  ): Promise<{ offset: number; frame: string; recipients: number }> {
    this.#reserved = offset;
    const making = make(offset);
    // When it fails before its turn comes, nobody listens to it yet.
    making.catch(() => {});
    const published = this.#last.then(async () => {
      const frame = await making;
      before(offset);
      // A channel that has begun only now begins after it.
      const isNews = offset > this.#channel.offset;
      return { offset, frame, recipients: isNews ? this.#channel.publish(offset, frame) : 0 };
    });
    this.#last = published.then(() => {}, () => {});
    return published;
  }

  /** Resolves when all that was asked for so far is published. */
  settled(): Promise<void> {
    return this.#last;
  }
}
