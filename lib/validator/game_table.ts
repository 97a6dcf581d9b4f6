import {
  describeIssue,
  type ExactJson,
  isObject,
  Rendered,
  renderSigned,
  type TeamGame,
  teamGameSchema,
  toPlain,
} from "../protocol/mod.ts";
import { type GameRecord, maxTextLength } from "../engine/mod.ts";

/** A game as the table keeps it. */
export interface Game {
  readonly fields: TeamGame;
  /** When it starts, in milliseconds since the Unix epoch. */
  readonly startsAt: number;
  /** The game rendered as signed text. */
  readonly text: string;
  readonly changedAt: number;
  /** The offset of the update that said so. */
  readonly offset: number;
}

/** A game as it was handed in, checked. */
export type NewGame = Pick<Game, "fields" | "startsAt" | "text">;

/**
 * Reads a game.
 *
 * @throws {SyntaxError} that says what is wrong with it
 */
export function readGame(exact: ExactJson): NewGame {
  if (!isObject(exact)) throw new SyntaxError("expected an object");
  const result = teamGameSchema.safeParse(toPlain(exact));
  if (!result.success) throw new SyntaxError(describeIssue(result.error));
  const startsAt = parseDate(result.data.event_start_date);
  if (Number.isNaN(startsAt)) throw new SyntaxError("event_start_date: expected an ISO 8601 date and time");
  const text = renderSigned(exact);
  if (text.length > maxTextLength) {
    throw new SyntaxError(`${text.length} characters as signed text, at most ${maxTextLength}`);
  }
  return { fields: result.data, startsAt, text };
}

const isoDate = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/i;

/** ISO 8601; a time without an offset is in UTC. */
function parseDate(text: string): number {
  // Date.parse itself takes nearly anything with a digit in it for a date.
  if (!isoDate.test(text.trim())) return NaN;
  const hasOffset = /(?:Z|[+-]\d\d:?\d\d)$/i.test(text);
  const iso = text.trim().replace(" ", "T");
  return Date.parse(hasOffset || !iso.includes("T") ? iso : `${iso}Z`);
}

/** The games that are known, as miners were told of them last. */
export class GameTable {
  readonly #games = new Map<string, Game>();

  load(records: readonly GameRecord[], read: (text: string) => NewGame): void {
    for (const { text, changedAt, offset = 0 } of records) this.put([read(text)], changedAt, offset);
  }

  get size(): number {
    return this.#games.size;
  }

  find(gameId: string): Game | undefined {
    return this.#games.get(gameId);
  }

  /** Those that differ from what is known; of a game given twice, the last. */
  changed(games: readonly NewGame[]): NewGame[] {
    const last = new Map(games.map((game) => [game.fields.game_id, game]));
    return [...last.values()].filter(({ fields, text }) => this.#games.get(fields.game_id)?.text !== text);
  }

  /** Takes over what an update said; where more recent ones are known, those stay. */
  put(games: readonly NewGame[], changedAt: number, offset: number): void {
    for (const game of games) {
      const id = game.fields.game_id;
      if ((this.#games.get(id)?.offset ?? 0) <= offset) this.#games.set(id, { ...game, changedAt, offset });
    }
  }

  /** The games that changed after the update `offset`. */
  changedSince(offset: number): Rendered[] {
    return this.#select((game) => game.offset > offset);
  }

  /** The games that are active, or changed at or after `since`. */
  current(since: number): Game[] {
    return [...this.#games.values()].filter(({ fields, changedAt }) => fields.active || changedAt >= since);
  }

  #select(wanted: (game: Game) => boolean): Rendered[] {
    return [...this.#games.values()].filter(wanted).map(({ text }) => new Rendered(text));
  }
}
