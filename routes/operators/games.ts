import { Hono } from "hono";
import { z } from "zod";
import type { Gateway } from "../../lib/gateway/mod.ts";
import { Kind, parseMessage, Rendered, renderSigned, teamGame, valueBounds } from "../../lib/protocol/mod.ts";
import { type NewGame, readGame } from "../../lib/validator/mod.ts";
import { answerJson } from "../http/answer_json.ts";
import { maxOperatorBody, operator, readBody } from "../http/body.ts";
import { documented, refusals } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { BadRequest } from "../http/errors.ts";

const newGames = new Kind(
  "NewGames",
  () => z.object({ games: z.array(teamGame.schema) }),
  { games: [teamGame.example] },
);
const published = new Kind(
  "GamesPublished",
  () =>
    z.object({
      offset: z.number().int(),
      recipients: z.number().int().describe("connections that the update went to"),
      changed: z.number().int(),
    }),
  { offset: 42, recipients: 128, changed: 1 },
);

const gameList = new Kind(
  "KnownGames",
  () =>
    z.object({
      games: z.array(z.object({
        game: z.looseObject({ game_id: z.string() }),
        stakes: z.record(z.string(), z.number())
          .describe("wagered on each outcome since this server's start"),
      })),
    }),
  { games: [{ game: { game_id: "401" }, stakes: { Arsenal: 120.5 } }] },
);
/** Games for all miners. Below `/admin`, whose token is checked there. Protocol, section 6. */
export function gameRoutes(gateway: Gateway): Hono<Env> {
  const { validator, console } = gateway;
  return new Hono<Env>().get(
    "/",
    documented({
      tag: "Operators",
      security: "admin",
      summary: "The games, and what was wagered on them",
      answers: { 200: { description: "The games", kind: gameList }, ...refusals(401, 404) },
    }),
    () => {
      const games = validator.games.listed().map(({ fields: { game_id }, text }) => ({
        game: new Rendered(text),
        stakes: console.judgements.stakesOf(game_id),
      }));
      return new Response(`${renderSigned({ games })}\n`, {
        headers: { "content-type": "application/json; charset=utf-8" },
      });
    },
  ).post(
    "/",
    documented({
      tag: "Operators",
      security: "admin",
      summary: "Publish games",
      description: "Stores the games and sends those that changed to all miners in one `game_update`.",
      body: { kind: newGames },
      answers: { 200: { description: "Stored", kind: published }, ...refusals(400, 401, 404, 408, 413) },
    }),
    async (context) => {
      const games = readGames(
        await readBody(context, gateway, { maxSize: maxOperatorBody, name: operator }),
      );
      const published = await validator.games.publish(games).catch(refuseTooLarge);
      const { changed } = published;
      if (changed > 0) console.feed.emit("games", { changed });
      return answerJson(context, published);
    },
  );
}

function readGames(text: string): NewGame[] {
  const { games } = parseMessage(text, valueBounds.operator);
  if (!Array.isArray(games)) throw new BadRequest("Invalid games: expected a list");
  return games.map((game, index) => {
    try {
      return readGame(game);
    } catch (error) {
      throw new BadRequest(`Invalid games: ${index}: ${(error as Error).message}`);
    }
  });
}

function refuseTooLarge(error: unknown): never {
  throw error instanceof RangeError ? new BadRequest(error.message, 413, "too_large") : error;
}
