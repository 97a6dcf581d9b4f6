import { isObject } from "./envelope.ts";
import { type TeamGame, teamGameSchema } from "./games.ts";
import { maxTextLength } from "./message_bounds.ts";
import { describeIssue } from "./schema.ts";
import { type ExactJson, renderSigned, toPlain } from "./signed_text.ts";

/** A game as it was handed in, checked. */
export interface NewGame {
  readonly fields: TeamGame;
  /** When it starts, in milliseconds since the Unix epoch. */
  readonly startsAt: number;
  /** The game rendered as signed text. */
  readonly text: string;
}

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
