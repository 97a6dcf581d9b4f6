import type { Store, Transaction } from "../store.ts";

/** A game as it is stored. */
export interface GameRecord {
  readonly gameId: string;
  /** The game rendered as signed text. */
  readonly text: string;
  /** When it last changed, in milliseconds since the Unix epoch. */
  readonly changedAt: number;
  /** The offset of the update that said so. */
  readonly offset: number;
}

/** The channel of the log with every update of games: their texts. */
export const gamesChannel = "games";

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

  /** Stores the games and adds their update to the channel `games`; answers its offset. */
  async publish(games: readonly Omit<GameRecord, "offset">[]): Promise<number> {
    const texts = games.map(({ text }) => text);
    const offset = await this.#put(
      games.slice(0, atOnce),
      (transaction) => transaction.append(gamesChannel, texts),
    );
    for (let start = atOnce; start < games.length; start += atOnce) {
      await this.#put(games.slice(start, start + atOnce), () => Promise.resolve(offset));
    }
    return offset;
  }

  async #put(
    games: readonly Omit<GameRecord, "offset">[],
    number: (transaction: Transaction) => Promise<number>,
  ): Promise<number> {
    return await this.#store.transact(async (transaction) => {
      const offset = await number(transaction);
      for (const game of games) {
        transaction.set(["games", game.gameId], { ...game, offset } satisfies GameRecord);
      }
      return offset;
    }, { lock: "games" });
  }
}

/** Games in one transaction. */
const atOnce = 500;
