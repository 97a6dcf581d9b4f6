import type { ClientEvent } from "../../client/mod.ts";

/** Which validators do not take the miner's key, and will not soon. */
export class Refusals {
  /** Resolves once none of them does. */
  readonly byAll: Promise<void>;
  readonly #validators: number;
  readonly #longestMs: number;
  readonly #problems = new Map<string, string>();
  readonly #refusing = new Set<string>();
  #all: () => void;

  /** `longestMs`: the wait that follows a refusal which will not change soon. */
  constructor(validators: number, longestMs: number) {
    this.#validators = validators;
    this.#longestMs = longestMs;
    const { promise, resolve } = Promise.withResolvers<void>();
    [this.byAll, this.#all] = [promise, resolve];
  }

  get isRefusedByAll(): boolean {
    return this.#refusing.size === this.#validators;
  }

  take(event: ClientEvent): void {
    if (event.type === "problem") this.#problems.set(event.validator, event.code);
    if (event.type !== "state" || event.state === "connecting" || event.state === "closed") return;
    const isLong = event.delayMs !== undefined && event.delayMs >= this.#longestMs / 2;
    const isRefused = event.state === "waiting" && isLong &&
      this.#problems.get(event.validator) === "not_authorized";
    if (!isRefused) this.#refusing.delete(event.validator);
    else this.#refusing.add(event.validator);
    if (this.isRefusedByAll) this.#all();
  }
}
