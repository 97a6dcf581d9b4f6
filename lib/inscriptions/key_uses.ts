import type { ApiKeyRepository } from "../engine/mod.ts";
import type { Clock } from "../protocol/mod.ts";
import { logger, Throttle } from "../telemetry/mod.ts";

const log = logger("inscriptions");
/** Every request would be a write; this many milliseconds between two are soon enough. */
const writeEvery = 60_000;

/** When each API key was last used, on any server of the store, to the minute. */
export class KeyUses {
  readonly #repository: ApiKeyRepository;
  readonly #clock: Clock;
  readonly #warnings: Throttle;
  /** When it was last used here, and when that was last written. */
  readonly #uses = new Map<string, { at: number; writtenAt: number }>();

  constructor({ repository, clock }: { repository: ApiKeyRepository; clock: Clock }) {
    this.#repository = repository;
    this.#clock = clock;
    this.#warnings = new Throttle({ clock });
  }

  /** A key that is in force was used. */
  note(id: string): void {
    const at = this.#clock.now();
    const use = this.#uses.get(id) ?? { at, writtenAt: -Infinity };
    use.at = at;
    this.#uses.set(id, use);
    if (at - use.writtenAt < writeEvery) return;
    use.writtenAt = at;
    this.#repository.putUse(id, at).catch((error) =>
      this.#warnings.warn(log, "uses", "Cannot write when an API key was used: {error}", { error })
    );
  }

  /** Nothing of a key that is revoked is remembered. */
  forget(id: string): void {
    this.#uses.delete(id);
  }

  /** The time of each key that was ever used, in milliseconds since the Unix epoch. */
  async all(): Promise<ReadonlyMap<string, number>> {
    const times = await this.#repository.uses();
    for (const [id, { at }] of this.#uses) times.set(id, Math.max(at, times.get(id) ?? 0));
    return times;
  }
}
