import { Turns } from "../engine/mod.ts";
import { afterOthers } from "../hub/mod.ts";
import { systemClock } from "../protocol/mod.ts";

/** Milliseconds for which files are read before whatever else the gateway does has its turn. */
const stretch = 5;

/**
 * Has the pieces of files read one after the other. To decompress and check them is work for the one thread that does all
 * else: with many files at once nobody else would be served meanwhile.
 */
export class ReadingTurns {
  readonly #turns = new Turns();
  #since = -Infinity;

  async take<T>(read: () => Promise<T>): Promise<T> {
    return await this.#turns.take("piece", async () => {
      const now = systemClock.elapsed();
      if (now - this.#since >= stretch) {
        await afterOthers();
        this.#since = systemClock.elapsed();
      }
      return await read();
    });
  }
}
