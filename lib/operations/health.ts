import type { CryptoPool } from "../crypto/mod.ts";
import type { Engine } from "../engine/mod.ts";
import { type Clock, type Durability, within } from "../protocol/mod.ts";
import type { Validator } from "../validator/mod.ts";
import type { FreeSpace } from "./free_space.ts";

/** What a {@link Probe} works with. */
interface ProbeOptions {
  readonly clock: Clock;
  /** Milliseconds for which a success counts. */
  readonly validFor: number;
  /** Tries it; rejects when it does not work. */
  run(): Promise<unknown>;
}

/** Tries now and then, and one at a time, whether something works: however many ask, it costs the same. */
class Probe {
  readonly #options: ProbeOptions;
  #running: Promise<void> | undefined;
  /** Waits that those who ask share: a run that hangs must not gather what each of them leaves. */
  readonly #waiting = new Map<number, Promise<unknown>>();
  #startedAt = 0;
  #succeededAt = -Infinity;
  #failingSince: number | undefined;

  constructor(options: ProbeOptions) {
    this.#options = options;
  }

  /** Milliseconds since when it has not worked, by a failure or by no answer; 0 while it works. */
  get troubledFor(): number {
    const now = this.#options.clock.elapsed();
    const since = this.#failingSince ?? (this.#running === undefined ? now : this.#startedAt);
    return now - since;
  }

  get isFailing(): boolean {
    return this.#failingSince !== undefined;
  }

  /**
   * Tries it when the last time is too long ago, or did not go well, or it `must` be; waits for the outcome until the try
   * takes longer than `patience`.
   */
  async ask({ patience, must }: { readonly patience: number; readonly must: boolean }): Promise<void> {
    const { clock, validFor } = this.#options;
    const isFresh = !must && !this.isFailing && clock.elapsed() - this.#succeededAt < validFor;
    if (this.#running === undefined && !isFresh) this.#start();
    if (this.#running === undefined) return;
    if (clock.elapsed() - this.#startedAt < patience) await this.#wait(patience, this.#running);
  }

  #wait(patience: number, running: Promise<void>): Promise<unknown> {
    const shared = this.#waiting.get(patience) ??
      within(this.#options.clock, this.#startedAt + patience, running)
        .finally(() => this.#waiting.delete(patience));
    this.#waiting.set(patience, shared);
    return shared;
  }

  #start(): void {
    const { clock, run } = this.#options;
    this.#startedAt = clock.elapsed();
    this.#running = run().then(() => {
      this.#succeededAt = clock.elapsed();
      this.#failingSince = undefined;
    }, () => {
      this.#failingSince ??= clock.elapsed();
    }).finally(() => this.#running = undefined);
  }
}

/** Milliseconds for which one commit, or one signature, tells that the next would work too. */
const validFor = 1000;
/** Milliseconds without an answer after which clients had better go elsewhere. */
const longestWait = 2000;
/** Milliseconds that one waits who asks whether the process lives, which it does if it answers. */
const briefly = 500;
/** Milliseconds of trouble after which only a restart may help. */
const longestTrouble = 60_000;

/** What {@link Health} looks at. */
interface HealthParts {
  readonly clock: Clock;
  readonly engine: Engine;
  readonly space: FreeSpace;
  readonly validator: Pick<Validator, "canCommit" | "probe">;
  readonly pool: CryptoPool;
}

/** Whether the gateway can do its work, and whether it had better be restarted. That it answers shows that it runs. */
export class Health {
  readonly #engine: Engine;
  readonly #space: FreeSpace;
  readonly #validator: HealthParts["validator"];
  readonly #store: Probe;
  readonly #crypto: Probe;
  /** What was found when it was last asked for obstacles. */
  #fault: string | undefined;

  constructor({ clock, engine, space, validator, pool }: HealthParts) {
    this.#engine = engine;
    this.#space = space;
    this.#validator = validator;
    this.#store = new Probe({ clock, validFor, run: () => validator.probe() });
    this.#crypto = new Probe({ clock, validFor, run: () => pool.sign("health") });
  }

  /** Milliseconds for which it is not known what other servers have appended to the log. */
  get logBehind(): number {
    return this.#engine.log.behind();
  }

  /** What something survives that is committed now; undefined where nobody knows. Never rejects. */
  async durability(): Promise<Durability | undefined> {
    return await this.#engine.durability().catch(() => undefined);
  }

  /** What keeps the gateway from serving; empty when nothing does. */
  async obstacles(): Promise<string[]> {
    await this.#ask(longestWait);
    const canCommit = this.#validator.canCommit && this.#store.troubledFor < longestWait;
    this.#fault = this.#engine.fault();
    const fault = this.#fault ?? (canCommit ? undefined : "the store cannot commit");
    return [
      ...fault === undefined ? [] : [fault],
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
        must: !this.#validator.canCommit || this.#fault !== undefined,
      }),
      this.#crypto.ask({ patience, must: false }),
    ]);
  }
}
