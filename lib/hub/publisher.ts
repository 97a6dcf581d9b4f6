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
   * Publishes what `make` answers for the next offset. A `make` that fails leaves a gap, which clients notice.
   *
   * @param before what has to happen in the same turn as the publication
   * @returns the frame, and how many connections it went to
   */
  publish(
    make: (offset: number) => Promise<string>,
    before: (offset: number) => void = () => {},
  ): Promise<{ offset: number; frame: string; recipients: number }> {
    const offset = this.#reserved += 1;
    const making = make(offset);
    // When it fails before its turn comes, nobody listens to it yet.
    making.catch(() => {});
    const published = this.#last.then(async () => {
      const frame = await making;
      before(offset);
      return { offset, frame, recipients: this.#channel.publish(offset, frame) };
    });
    this.#last = published.then(() => {}, () => {});
    return published;
  }

  /** Resolves when all that was asked for so far is published. */
  settled(): Promise<void> {
    return this.#last;
  }
}
