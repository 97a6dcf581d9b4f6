import { ServerProcess, type Surroundings } from "../../helpers/process.ts";
import type { Random } from "./random.ts";

/** Servers of one store, of which some are killed, and started again meanwhile. */
export class Fleet implements AsyncDisposable {
  readonly #surroundings: Surroundings;
  readonly #flags: readonly string[];
  readonly #random: Random;
  readonly #living: ServerProcess[];
  readonly #starting = new Set<Promise<void>>();

  private constructor(
    options: { surroundings: Surroundings; flags: readonly string[]; random: Random },
    living: ServerProcess[],
  ) {
    this.#surroundings = options.surroundings;
    this.#flags = options.flags;
    this.#random = options.random;
    this.#living = living;
  }

  static async start(
    size: number,
    options: { surroundings: Surroundings; flags: readonly string[]; random: Random },
  ): Promise<Fleet> {
    const { surroundings, flags } = options;
    // The first one makes the tables and the key.
    const living = [await ServerProcess.start(surroundings, flags)];
    const more = Array.from({ length: size - 1 }, () => ServerProcess.start(surroundings, flags));
    living.push(...await Promise.all(more));
    return new Fleet(options, living);
  }

  /** One of those that live, another one than `last` where there is one. */
  pick(last?: ServerProcess): ServerProcess {
    const others = this.#living.filter((server) => server !== last);
    const from = others.length === 0 ? this.#living : others;
    const picked = from[this.#random.between(0, from.length - 1)];
    if (picked === undefined) throw new Error("No server lives");
    return picked;
  }

  /** Kills one, but for the last one, with nothing said, and begins to start another in its place. */
  async kill(): Promise<void> {
    if (this.#living.length < 2) await Promise.race(this.#starting);
    const killed = this.pick();
    this.#living.splice(this.#living.indexOf(killed), 1);
    await killed.end("SIGKILL");
    const starting = ServerProcess.start(this.#surroundings, this.#flags).then((server) => {
      this.#living.push(server);
      this.#starting.delete(starting);
    });
    this.#starting.add(starting);
  }

  /** Resolves once all live. */
  async whole(): Promise<void> {
    await Promise.all(this.#starting);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#starting);
    await Promise.all(this.#living.map((server) => server[Symbol.asyncDispose]()));
  }
}
