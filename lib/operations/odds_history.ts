import { ConsoleRepository, type OddsRecord, type Store } from "../engine/mod.ts";
import type { Clock, TeamGame, Timer } from "../protocol/mod.ts";
import { logger } from "../telemetry/mod.ts";

const log = logger("operations");
const keepEvery = 60_000;
/** Changes of a game's odds that are kept, for so many milliseconds after the last. */
const bounds = { most: 200, lifetime: 14 * 86_400_000 };
/** Games whose last odds are known without a look at the store. */
const mostGames = 20_000;

/** What the odds of games were; written down some time after they changed, which takes nothing from publishing them. */
export class OddsHistory {
  readonly #repository: ConsoleRepository;
  readonly #clock: Clock;
  readonly #newest = new Map<string, OddsRecord>();
  #unkept = new Map<string, OddsRecord[]>();
  #timer: Timer | undefined;
  #kept: Promise<void> = Promise.resolve();
  #failed = false;

  constructor({ store, clock }: { store: Store; clock: Clock }) {
    this.#repository = new ConsoleRepository(store);
    this.#clock = clock;
  }

  /** Takes note of a game that was published. */
  add({ game_id, team_a_odds, team_b_odds, tie_odds }: TeamGame, at: number): void {
    const odds = { at, team_a: team_a_odds, team_b: team_b_odds, tie: tie_odds ?? null };
    const before = this.#newest.get(game_id);
    if (before !== undefined && isSame(before, odds)) return;
    this.#newest.delete(game_id);
    this.#newest.set(game_id, odds);
    if (this.#newest.size > mostGames) this.#forgetOldest();
    const unkept = this.#unkept.get(game_id) ?? [];
    unkept.push(odds);
    if (unkept.length > bounds.most) unkept.shift();
    this.#unkept.set(game_id, unkept);
    this.#timer ??= this.#clock.after(keepEvery, () => void this.settle());
  }

  /** What a game's odds were, the oldest first. */
  async of(gameId: string): Promise<readonly OddsRecord[]> {
    await this.settle();
    const all = await this.#repository.odds(gameId);
    return all.filter((odds, index) => index === 0 || !isSame(all[index - 1] ?? odds, odds));
  }

  /** Resolves when all that is known is kept. Never rejects. */
  settle(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    return this.#kept = this.#kept.then(() => this.#keep());
  }

  close(): void {
    this.#timer?.cancel();
  }

  async #keep(): Promise<void> {
    const unkept = this.#unkept;
    this.#unkept = new Map();
    try {
      for (const [gameId, odds] of unkept) {
        await this.#repository.addOdds(gameId, odds, bounds);
        unkept.delete(gameId);
      }
      this.#failed = false;
    } catch (error) {
      // Those that came meanwhile are more recent.
      for (const [gameId, odds] of this.#unkept) {
        unkept.set(gameId, [...unkept.get(gameId) ?? [], ...odds].slice(-bounds.most));
      }
      this.#unkept = unkept;
      if (!this.#failed) log.warning("Cannot keep the history of odds: {error}", { error });
      this.#failed = true;
    }
  }

  #forgetOldest(): void {
    for (const gameId of this.#newest.keys()) {
      this.#newest.delete(gameId);
      return;
    }
  }
}

function isSame(a: OddsRecord, b: OddsRecord): boolean {
  return a.team_a === b.team_a && a.team_b === b.team_b && a.tie === b.tie;
}
