import { Turns } from "./turns.ts";

/** What an attempt answers when something that it had read was changed by somebody else meanwhile. */
export const overtaken: unique symbol = Symbol("overtaken");

/** Does something that may be overtaken; told how often it was before. */
export type Attempt<T> = (times: number) => Promise<T | typeof overtaken>;

/** Attempts until one is not overtaken. */
export async function insist<T>(attempt: Attempt<T>, times = 0): Promise<T> {
  for (;; times += 1) {
    const result = await attempt(times);
    if (result !== overtaken) return result;
  }
}

/**
 * Attempts that are made at once, for they are seldom overtaken. Those that are wait for each other: all of them again at once
 * would overtake each other again, so that many that come together would take as many rounds as they are.
 */
export class Attempts {
  readonly #turns = new Turns();

  async make<T>(attempt: Attempt<T>): Promise<T> {
    const result = await attempt(0);
    return result === overtaken ? await this.#turns.take("again", () => insist(attempt, 1)) : result;
  }
}
