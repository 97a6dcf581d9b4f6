import type { ApiKeyRepository, KeyUsage } from "../engine/mod.ts";
import { type Clock, utcDay } from "../protocol/mod.ts";
import { InscriptionError } from "./errors.ts";

const day = 24 * 3600 * 1000;

/** What each API key may use on one UTC day, counted in the store, so that no restart and no other server begins anew. */
export class Allowance {
  readonly #repository: ApiKeyRepository;
  readonly #clock: Clock;
  readonly #jobsPerDay: number;
  readonly #bytesPerDay: number;

  constructor(options: {
    repository: ApiKeyRepository;
    clock: Clock;
    /** Jobs and the bytes of their files that one key may have on a day. */
    jobsPerDay: number;
    bytesPerDay: number;
  }) {
    this.#repository = options.repository;
    this.#clock = options.clock;
    this.#jobsPerDay = options.jobsPerDay;
    this.#bytesPerDay = options.bytesPerDay;
  }

  /** Throws an {@link InscriptionError} `quota_exceeded` where a key has nothing left for a job of so many bytes. */
  async check(keyId: string, bytes: number): Promise<void> {
    this.#spend(await this.#repository.usage(keyId), bytes);
  }

  /** Counts a job, or throws as {@link check} does and counts nothing. */
  async take(keyId: string, bytes: number): Promise<void> {
    await this.#repository.updateUsage(keyId, (usage) => this.#spend(usage, bytes));
  }

  /** Gives back what was counted today for a job that was made before. */
  async giveBack(keyId: string, bytes: number): Promise<void> {
    await this.#repository.updateUsage(keyId, (usage) => {
      const { day, jobs, bytes: used } = this.#today(usage);
      return { day, jobs: Math.max(0, jobs - 1), bytes: Math.max(0, used - bytes) };
    });
  }

  #spend(usage: KeyUsage | null, bytes: number): KeyUsage {
    const today = this.#today(usage);
    if (today.jobs >= this.#jobsPerDay) {
      throw this.#exceeded(`${today.jobs} jobs today, at most ${this.#jobsPerDay} for one key`);
    }
    if (today.bytes + bytes > this.#bytesPerDay) {
      const most = `at most ${this.#bytesPerDay} for one key`;
      throw this.#exceeded(`${bytes} bytes on top of ${today.bytes} today, ${most}`);
    }
    return { day: today.day, jobs: today.jobs + 1, bytes: today.bytes + bytes };
  }

  #today(usage: KeyUsage | null): KeyUsage {
    const today = utcDay(this.#clock.now());
    return usage?.day === today ? usage : { day: today, jobs: 0, bytes: 0 };
  }

  #exceeded(what: string): InscriptionError {
    const retryAfterMs = day - this.#clock.now() % day;
    return new InscriptionError("quota_exceeded", `Cannot start job: daily limit exceeded: ${what}`, {
      retryAfterMs,
    });
  }
}
