import {
  type ExactJson,
  isObject,
  maxDepth,
  parseExact,
  readGame,
  valueBounds,
} from "../../../protocol/mod.ts";
import type { CheckedGames } from "./tasks.ts";

/**
 * Checks games that are to be published by the rules of the server: one, a list, or as the server takes them.
 *
 * @throws {SyntaxError} that says what is wrong
 */
export function checkGames({ text }: { readonly text: string }): CheckedGames {
  const exact = parseExact(text, { maxDepth, maxValues: valueBounds.operator });
  const listed = isObject(exact) ? exact["games"] : exact;
  const games: readonly ExactJson[] = Array.isArray(listed) ? listed : [exact];
  for (const [index, game] of games.entries()) {
    try {
      readGame(game);
    } catch (error) {
      throw new SyntaxError(`Game ${index + 1}: ${(error as Error).message}`);
    }
  }
  return { count: games.length, body: bodyOf(text, exact, listed) };
}

/** As it was typed: 1.0 and 1 are not the same to miners. */
function bodyOf(text: string, exact: ExactJson, listed: ExactJson | undefined): string {
  if (!Array.isArray(listed)) return `{"games": [${text}]}`;
  return listed === exact ? `{"games": ${text}}` : text;
}
