import { Turns } from "./turns.ts";

/** What an attempt answers when something that it had read was changed by somebody else meanwhile. */
export const overtaken: unique symbol = Symbol("overtaken");

/** Does something that may be overtaken; told how often it was before. */
export type Attempt<T> = (times: number) => Promise<T | typeof overtaken>;

/** Where those without a lock wait for each other; no lock has this name. */
const withoutLock = "";

/** Makes attempts until one is not overtaken. */
export class Attempts {
  readonly #turns = new Turns();

  /**
   * Those under a lock wait for each other. Those without one are made at once, for they are seldom overtaken, and wait for
   * each other when they were: all of them again at once would overtake each other again, so that many that come together
   * would take as many rounds as they are.
   */
  async make<T>(attempt: Attempt<T>, lock: string | undefined): Promise<T> {
    if (lock !== undefined) return await this.#turns.take(lock, () => insist(attempt, 0));
    const result = await attempt(0);
    return result === overtaken ? await this.#turns.take(withoutLock, () => insist(attempt, 1)) : result;
  }
}

async function insist<T>(attempt: Attempt<T>, times: number): Promise<T> {
  for (;; times += 1) {
    const result = await attempt(times);
    if (result !== overtaken) return result;
  }
}
