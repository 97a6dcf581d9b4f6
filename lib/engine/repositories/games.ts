import type { Store } from "../store.ts";

/** A game as it is stored. */
export interface GameRecord {
  readonly gameId: string;
  /** The game rendered as signed text. */
  readonly text: string;
  /** When it last changed, in milliseconds since the Unix epoch. */
  readonly changedAt: number;
}

/** The games that miners may predict. */
export class GameRepository {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async list(): Promise<GameRecord[]> {
    const records: GameRecord[] = [];
    for await (const { value } of this.#store.list<GameRecord>({ prefix: ["games"] })) records.push(value);
    return records;
  }

  /** Stores the games, all of them or none. */
  async putAll(games: readonly GameRecord[]): Promise<void> {
    await this.#store.transact((transaction) => {
      for (const game of games) transaction.set(["games", game.gameId], game);
      return Promise.resolve();
    });
  }
}
