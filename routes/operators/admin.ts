import { answerJson } from "../http/answer_json.ts";
import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import { z } from "zod";
import { isAddress } from "../../lib/crypto/mod.ts";
import type { Gateway } from "../../lib/gateway/mod.ts";
import {
  describeIssue,
  FirstSignal,
  formatTimestamp,
  parseMessage,
  Rendered,
  renderSigned,
  toPlain,
  valueBounds,
} from "../../lib/protocol/mod.ts";
import type { PredictionRecord } from "../../lib/engine/mod.ts";
import { type NewGame, readGame } from "../../lib/validator/mod.ts";
import { hasAdminToken } from "./admin_token.ts";
import { apiKeyRoutes } from "./api_keys.ts";
import { operator, readBody } from "../http/body.ts";
import { connectionRoutes } from "./connections.ts";
import type { Env } from "../http/env.ts";
import { BadRequest } from "../http/errors.ts";
import { count, readQuery, wait } from "../http/query.ts";

const noAdmin = "Not found: nothing is served under /admin without an admin token (HELIOGRAPH_ADMIN_TOKEN)";
const maxBody = 16 * 1024 * 1024;
const json = { "content-type": "application/json; charset=utf-8" };

/** What registers a miner. */
export const minerSchema = z.strictObject({
  uid: z.number().int().min(0),
  blacklisted: z.boolean().default(false),
});
/** Which accepted predictions are asked for. */
export const predictionsQuery = z.object({
  after: count.default(0),
  limit: count.refine((limit) => limit >= 1 && limit <= 1000, "expected 1 to 1000").default(100),
  wait: wait.default(0),
});

/** The operator's own back end. Protocol, section 6. */
export function adminRoutes(gateway: Gateway): Hono<Env> {
  const { validator, hub } = gateway;
  return new Hono<Env>()
    .use(requireToken(gateway.config["admin_token"]))
    .get("/miners", (context) => answerJson(context, { miners: validator.registry.list() }))
    .put("/miners/:hotkey", async (context) => {
      const hotkey = readHotkey(context.req.param("hotkey"));
      const body = toPlain(
        parseMessage(
          await readBody(context, gateway, { maxSize: maxBody, name: operator }),
          valueBounds.stranger,
        ),
      );
      const miner = minerSchema.safeParse(body);
      if (!miner.success) throw new BadRequest(`Invalid miner: ${describeIssue(miner.error)}`);
      const registration = { hotkey, ...miner.data };
      await validator.registry.put(registration);
      return answerJson(context, registration);
    })
    .delete("/miners/:hotkey", async (context) => {
      const hotkey = readHotkey(context.req.param("hotkey"));
      const removed = await validator.registry.delete(hotkey);
      const registered = validator.registry.find(hotkey) !== undefined;
      return answerJson(context, { hotkey, removed, registered }, removed ? 200 : 404);
    })
    .post("/games", async (context) => {
      const games = readGames(await readBody(context, gateway, { maxSize: maxBody, name: operator }));
      return answerJson(context, await validator.board.publish(games).catch(refuseTooLarge));
    })
    .get("/predictions", async (context) => {
      const { after, limit, wait } = readQuery(predictionsQuery, context.req.query());
      using first = new FirstSignal(context.req.raw.signal, gateway.ending);
      const records = await validator.predictionsAfter(after, {
        limit,
        wait: 1000 * wait,
        signal: first.signal,
      });
      const accepted = records.map(describePrediction);
      if (context.req.header("accept")?.includes("application/x-ndjson")) {
        const lines = accepted.map((prediction) => `${renderSigned(prediction)}\n`).join("");
        return new Response(lines, { headers: { "content-type": "application/x-ndjson" } });
      }
      const next = records.at(-1)?.receipt.sequence ?? after;
      return new Response(`${renderSigned({ predictions: accepted, next })}\n`, { headers: json });
    })
    .route("/api-keys", apiKeyRoutes(gateway))
    .route("/connections", connectionRoutes(gateway))
    .post("/drain", (context) => {
      const connections = hub.size;
      gateway.drain();
      return answerJson(context, { status: gateway.status, connections }, 202);
    });
}

function requireToken(token: string | undefined) {
  return createMiddleware<Env>(async (context, next) => {
    if (token === undefined) throw new BadRequest(noAdmin, 404, "not_found");
    if (!hasAdminToken(context, token)) {
      context.header("WWW-Authenticate", "Bearer");
      throw new BadRequest("Wrong or missing admin token", 401, "unauthorized");
    }
    await next();
  });
}

function readHotkey(text: string): string {
  if (isAddress(text)) return text;
  throw new BadRequest(`Invalid hotkey: expected an SS58 address with prefix 42, got ${text.slice(0, 64)}`);
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

function describePrediction({ predictionId, hotkey, uid, receivedAt, text, receipt }: PredictionRecord) {
  return {
    sequence: receipt.sequence,
    prediction_id: predictionId,
    hotkey,
    uid,
    received_at: formatTimestamp(receivedAt),
    prediction: new Rendered(text),
    receipt: { ...receipt },
  };
}
