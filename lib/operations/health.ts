import type { CryptoPool } from "../crypto/mod.ts";
import type { Clock } from "../protocol/mod.ts";
import type { Engine } from "../engine/mod.ts";
import type { PredictionBook } from "../validator/mod.ts";
import type { FreeSpace } from "./free_space.ts";
import { Probe } from "./probe.ts";

/** Milliseconds for which one commit, or one signature, tells that the next would work too. */
const validFor = 1000;
/** Milliseconds without an answer after which clients had better go elsewhere. */
const longestWait = 2000;
/** Milliseconds that one waits who asks whether the process lives, which it does if it answers. */
const briefly = 500;
/** Milliseconds of trouble after which only a restart may help. */
const longestTrouble = 60_000;

/** What {@link Health} looks at. */
export interface HealthParts {
  readonly clock: Clock;
  readonly engine: Engine;
  readonly space: FreeSpace;
  readonly book: PredictionBook;
  readonly pool: CryptoPool;
}

/** Whether the gateway can do its work, and whether it had better be restarted. That it answers shows that it runs. */
export class Health {
  readonly #engine: Engine;
  readonly #space: FreeSpace;
  readonly #book: PredictionBook;
  readonly #store: Probe;
  readonly #crypto: Probe;

  constructor({ clock, engine, space, book, pool }: HealthParts) {
    this.#engine = engine;
    this.#space = space;
    this.#book = book;
    this.#store = new Probe({ clock, validFor, run: () => book.probe() });
    this.#crypto = new Probe({ clock, validFor, run: () => pool.sign("health") });
  }

  /** What keeps the gateway from serving; empty when nothing does. */
  async obstacles(): Promise<string[]> {
    await this.#ask(longestWait);
    return [
      ...this.#book.canCommit && this.#store.troubledFor < longestWait
        ? []
        : [this.#engine.fault() ?? "the store cannot commit"],
      ...this.#space.shortage === undefined ? [] : [this.#space.shortage],
      ...!this.#crypto.isFailing && this.#crypto.troubledFor < longestWait
        ? []
        : ["the crypto workers do not answer"],
    ];
  }

  /** Why the process should be restarted; empty when it should not. A full disk is no reason: a restart frees none. */
  async ailments(): Promise<string[]> {
    await this.#ask(briefly);
    const isStuck = !this.#store.isFailing && this.#store.troubledFor >= longestTrouble;
    return [
      ...isStuck ? ["the store has not answered for a minute"] : [],
      ...this.#crypto.troubledFor >= longestTrouble
        ? ["the crypto workers have not answered for a minute"]
        : [],
    ];
  }

  async #ask(patience: number): Promise<void> {
    await Promise.all([
      this.#store.ask({
        patience,
        must: !this.#book.canCommit || this.#engine.fault() !== undefined,
      }),
      this.#crypto.ask({ patience, must: false }),
    ]);
  }
}
