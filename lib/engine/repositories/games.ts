import { writeInChunks } from "../kv/limits.ts";

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
  readonly #database: Deno.Kv;

  constructor(database: Deno.Kv) {
    this.#database = database;
  }

  async list(): Promise<GameRecord[]> {
    const records: GameRecord[] = [];
    for await (const { value } of this.#database.list<GameRecord>({ prefix: ["games"] })) records.push(value);
    return records;
  }

  /** Stores the games, in as many commits as their size asks for. */
  async putAll(games: readonly GameRecord[]): Promise<void> {
    await writeInChunks(this.#database, games, (game) => ({
      key: ["games", game.gameId],
      value: game,
      size: game.text.length,
    }));
  }
}
