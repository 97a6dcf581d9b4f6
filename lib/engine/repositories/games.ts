import type { Store, Transaction } from "../store.ts";

/** A game as it is stored. */
interface GameRecord {
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

  /**
   * Stores what updates say, each of some games, and adds them to the channel `games` in their order; answers their offsets.
   * `updateAt` is asked for one after the other, from 0 until there is none: for those after the first once no other server
   * comes before them, and for all anew where all has to be done again.
   */
  async publish(updateAt: (index: number) => readonly NewRecord[] | undefined): Promise<number[]> {
    const published = await this.#transact(async (transaction) => {
      const published: { readonly games: readonly NewRecord[]; readonly offset: number }[] = [];
      for (let games = updateAt(0); games !== undefined; games = updateAt(published.length)) {
        const offset = await transaction.append(gamesChannel, games.map(({ text }) => text));
        put(transaction, games.slice(0, gamesAtOnce), offset);
        published.push({ games, offset });
      }
      return published;
    });
    for (const { games, offset } of published) {
      for (let start = gamesAtOnce; start < games.length; start += gamesAtOnce) {
        await this.#transact((transaction) =>
          Promise.resolve(put(transaction, games.slice(start, start + gamesAtOnce), offset))
        );
      }
    }
    return published.map(({ offset }) => offset);
  }

  #transact<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.#store.transact(work, { lock: "games" });
  }
}

/** A game that an update tells of, before it has its offset. */
type NewRecord = Omit<GameRecord, "offset">;

/** Games in one transaction: a larger update takes several. */
export const gamesAtOnce = 500;

function put(transaction: Transaction, games: readonly NewRecord[], offset: number): void {
  for (const game of games) transaction.set(["games", game.gameId], { ...game, offset } satisfies GameRecord);
}
