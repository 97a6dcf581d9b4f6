import { Hono } from "hono";
import { z } from "zod";
import type { Gateway } from "../../lib/gateway/mod.ts";
import {
  formatTimestamp,
  Kind,
  maxIdLength,
  type NewGame,
  oddsHistory,
  parseMessage,
  readGame,
  Rendered,
  renderSigned,
  teamGame,
  toldGame,
  valueBounds,
} from "../../lib/protocol/mod.ts";
import type { Games } from "../../lib/validator/mod.ts";
import { answerJson } from "../http/answer_json.ts";
import { maxOperatorBody, operator, readBody } from "../http/body.ts";
import { refusals } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { BadRequest } from "../http/errors.ts";
import { adminRoute } from "./admin_route.ts";

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
  () => z.object({ games: z.array(toldGame.schema) }),
  { games: [toldGame.example] },
);

/** Games for all miners. Below `/admin`, whose token is checked there. Protocol, section 6. */
export function gameRoutes(gateway: Gateway): Hono<Env> {
  const { validator, console, servers } = gateway;
  return new Hono<Env>().get(
    "/",
    adminRoute({
      summary: "The games, and what was wagered on them",
      answers: { 200: { description: "The games", kind: gameList } },
    }, async () => {
      const stakes = await servers.stakes();
      const games = validator.games.listed().map(({ fields: { game_id }, text }) => ({
        game: new Rendered(text),
        stakes: Object.fromEntries(stakes.get(game_id) ?? []),
      }));
      return new Response(`${renderSigned({ games })}\n`, {
        headers: { "content-type": "application/json; charset=utf-8" },
      });
    }),
  ).get(
    "/:id/odds",
    adminRoute({
      summary: "What a game's odds were",
      parameters: { id: "the game's id" },
      answers: { 200: { description: "The odds", kind: oddsHistory } },
    }, async (context) => {
      const id = context.req.param("id");
      const kept = await console.odds.of(id.slice(0, maxIdLength));
      const odds = kept.length > 0 ? kept : currentOdds(validator.games, id);
      if (odds.length === 0) throw new BadRequest("No odds of such a game are known", 404, "unknown_game");
      return answerJson(context, {
        game_id: id,
        odds: odds.map(({ at, ...rest }) => ({ at: formatTimestamp(at), ...rest })),
      });
    }),
  ).post(
    "/",
    adminRoute({
      summary: "Publish games",
      description: "Stores the games and sends those that changed to all miners in one `game_update`.",
      body: { kind: newGames },
      answers: { 200: { description: "Stored", kind: published }, ...refusals(400, 408, 413) },
    }, async (context) => {
      const games = readGames(
        await readBody(context, gateway, { maxSize: maxOperatorBody, name: operator }),
      );
      const published = await validator.games.publish(games).catch(refuseTooLarge);
      const { changed } = published;
      if (changed > 0) console.feed.emit("games", { changed });
      return answerJson(context, published);
    }),
  );
}

/** Of a game whose odds have not changed since before they were written down. */
function currentOdds(games: Games, id: string) {
  return games.listed().filter(({ fields: { game_id } }) => game_id === id).map(({ fields, changedAt }) => ({
    at: changedAt,
    team_a: fields.team_a_odds,
    team_b: fields.team_b_odds,
    tie: fields.tie_odds ?? null,
  }));
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
