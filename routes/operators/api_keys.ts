import { Hono } from "hono";
import { z } from "zod";
import type { Gateway } from "../../lib/gateway/mod.ts";
import { Kind, parseMessage, toldApiKeys, valueBounds } from "../../lib/protocol/mod.ts";
import { answerJson } from "../http/answer_json.ts";
import { operator, readBody } from "../http/body.ts";
import { refusals } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { BadRequest } from "../http/errors.ts";
import { adminRoute } from "./admin_route.ts";

const maxBody = 16 * 1024;

const id = "5f0c2a7e-7d0f-4b8c-9a3e-0a1b2c3d4e5f";
const name = "press desk";
const apiKeyName = new Kind(
  "ApiKeyName",
  () => z.looseObject({ name: z.string().min(1).max(100) }),
  { name },
);
const apiKey = new Kind(
  "ApiKey",
  () => z.looseObject({ id: z.string(), name: z.string(), key: z.string().describe("shown once") }),
  { id, name, key: "hg_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG" },
);
const revoked = new Kind(
  "ApiKeyRevoked",
  () => z.looseObject({ id: z.string(), revoked: z.literal(true) }),
  { id, revoked: true },
);

/** Who may inscribe. Below `/admin`, whose token is checked there. Protocol, section 6. */
export function apiKeyRoutes(gateway: Gateway): Hono<Env> {
  const { keys } = gateway.inscriptions;
  return new Hono<Env>()
    .get(
      "/",
      adminRoute(
        {
          summary: "List API keys",
          answers: { 200: { description: "Keys in force", kind: toldApiKeys } },
        },
        async (context) =>
          answerJson(context, { api_keys: await keys.list(), revoked: await keys.revoked() }),
      ),
    )
    .post(
      "/",
      adminRoute({
        summary: "Make an API key",
        body: { kind: apiKeyName },
        answers: {
          201: { description: "The key, which is shown once", kind: apiKey },
          ...refusals(400, 408, 413),
        },
      }, async (context) => {
        const text = await readBody(context, gateway, { maxSize: maxBody, name: operator });
        const created = await keys.create(parseMessage(text, valueBounds.stranger)["name"]);
        context.header("Cache-Control", "no-store");
        return answerJson(context, { ...created }, 201);
      }),
    )
    .delete(
      "/:id",
      adminRoute({
        summary: "Revoke an API key",
        parameters: { id: "the key's id" },
        answers: { 200: { description: "Revoked", kind: revoked } },
      }, async (context) => {
        const id = context.req.param("id");
        if (!await keys.revoke(id)) throw new BadRequest("No such API key", 404, "not_found");
        return answerJson(context, { id, revoked: true });
      }),
    );
}
