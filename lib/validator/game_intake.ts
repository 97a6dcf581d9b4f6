import { type GameRepository, gamesAtOnce } from "../engine/mod.ts";
import type { Clock, NewGame } from "../protocol/mod.ts";

/** What came of handing in games. */
export interface GamesPublished {
  /** The newest offset of the channel `games`. */
  readonly offset: number;
  /** Connections that the update went to. */
  readonly recipients: number;
  /** Games that differed from what was known. */
  readonly changed: number;
}

/** Games that were handed in, and who is told what came of it. */
interface Handed extends PromiseWithResolvers<GamesPublished> {
  readonly games: readonly NewGame[];
}

/** What there is of them to be told. */
interface Update extends Pick<Handed, "resolve" | "reject"> {
  readonly changed: readonly NewGame[];
}

/** What a {@link GameIntake} works with. */
interface GameIntakeOptions {
  readonly repository: GameRepository;
  readonly clock: Clock;
  /** Bytes of games in one update. */
  readonly maxUpdate: number;
  /** A game as it is known, as signed text. */
  readonly textOf: (gameId: string) => string | undefined;
  /** Resolves when all is known that any server has published by now. */
  readonly catchUp: () => Promise<void>;
  /** Tells miners of games that changed, and that are stored at an offset. */
  readonly tell: (changed: readonly NewGame[], now: number, offset: number) => Promise<GamesPublished>;
  /** What is answered where nothing is new. */
  readonly unchanged: () => GamesPublished;
}

/**
 * Takes in games: which of them are news, and stores those. What is handed in while others are being stored is stored
 * together, each with an update of its own.
 */
export class GameIntake {
  readonly #options: GameIntakeOptions;
  #handed: Handed[] = [];
  #publishing: Promise<void> | undefined;

  constructor(options: GameIntakeOptions) {
    this.#options = options;
  }

  /**
   * Stores the games and has those told that changed.
   *
   * @throws {RangeError} when those that changed are too large for one update
   */
  take(games: readonly NewGame[]): Promise<GamesPublished> {
    const handed = { games, ...Promise.withResolvers<GamesPublished>() };
    this.#handed.push(handed);
    this.#publishing ??= this.#publishAll();
    return handed.promise;
  }

  async #publishAll(): Promise<void> {
    // What is handed in in the same turn belongs together.
    await Promise.resolve();
    while (this.#handed.length > 0) {
      const group = this.#takeGroup();
      await this.#publishGroup(group).catch((error) => group.forEach(({ reject }) => reject(error)));
    }
    this.#publishing = undefined;
  }

  async #publishGroup(group: Handed[]): Promise<void> {
    // What seems to be known already may have been changed by another server since.
    if (group.some((handed) => this.#seemsKnown(handed))) await this.#options.catchUp();
    const drafted = new Map<string, string>();
    const updates = this.#updatesOf(group, drafted);
    if (updates.length > 0) {
      const now = this.#options.clock.now();
      const offsets = await this.#options.repository.publish((index) => {
        if (index === 1) {
          // While other servers had their turn more was handed in.
          const more = this.#takeMore(group);
          group.push(...more);
          updates.push(...this.#updatesOf(more, drafted));
        }
        return updates[index]?.changed
          .map(({ fields, text }) => ({ gameId: fields.game_id, text, changedAt: now }));
      });
      await Promise.all(updates.map(async ({ changed, resolve, reject }, index) => {
        await this.#options.tell(changed, now, offsets[index] ?? 0).then(resolve, reject);
      }));
    }
    // The others had nothing new to tell.
    for (const { resolve } of group) resolve(this.#options.unchanged());
  }

  #seemsKnown({ games }: Handed): boolean {
    return games.some(({ fields, text }) => this.#options.textOf(fields.game_id) === text);
  }

  /** As many as one transaction takes. */
  #takeGroup(): Handed[] {
    let games = 0;
    return this.#takeWhile((handed, index) => {
      games += handed.games.length;
      return index === 0 || games <= gamesAtOnce;
    });
  }

  /** What goes along with a group, as it is, as far as one transaction takes it. */
  #takeMore(group: readonly Handed[]): Handed[] {
    let games = group.reduce((sum, { games }) => sum + games.length, 0);
    return this.#takeWhile((handed) => {
      games += handed.games.length;
      return games <= gamesAtOnce && !this.#seemsKnown(handed);
    });
  }

  #takeWhile(isWanted: (handed: Handed, index: number) => boolean): Handed[] {
    const end = this.#handed.findIndex((handed, index) => !isWanted(handed, index));
    return this.#handed.splice(0, end === -1 ? this.#handed.length : end);
  }

  /** Of those handed in what differs from what is known, or drafted, by then; those that are too large are refused. */
  #updatesOf(group: readonly Handed[], drafted: Map<string, string>): Update[] {
    return group.flatMap(({ games, resolve, reject }) => {
      // Of a game given twice, the last.
      const last = new Map(games.map((game) => [game.fields.game_id, game]));
      const changed = [...last].filter(([id, { text }]) =>
        (drafted.get(id) ?? this.#options.textOf(id)) !== text
      );
      const size = changed.reduce((sum, [, { text }]) => sum + text.length, 0);
      if (size > this.#options.maxUpdate) {
        reject(
          new RangeError(
            `Cannot publish games: those that changed have ${size} bytes, at most ${this.#options.maxUpdate} at a time`,
          ),
        );
        return [];
      }
      for (const [id, { text }] of changed) drafted.set(id, text);
      return changed.length === 0 ? [] : [{ changed: changed.map(([, game]) => game), resolve, reject }];
    });
  }
}
