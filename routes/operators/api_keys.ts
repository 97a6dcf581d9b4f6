import { answerJson } from "../http/answer_json.ts";
import { Hono } from "hono";
import type { Gateway } from "../../lib/gateway/mod.ts";
import { parseMessage, valueBounds } from "../../lib/protocol/mod.ts";
import { operator, readBody } from "../http/body.ts";
import type { Env } from "../http/env.ts";
import { BadRequest } from "../http/errors.ts";

const maxBody = 16 * 1024;

/** Who may inscribe. Below `/admin`, whose token is checked there. Protocol, section 6. */
export function apiKeyRoutes(gateway: Gateway): Hono<Env> {
  const { keys } = gateway.inscriptions;
  return new Hono<Env>()
    .get("/", (context) => answerJson(context, { api_keys: keys.list() }))
    .post("/", async (context) => {
      const { name } = parseMessage(
        await readBody(context, gateway, { maxSize: maxBody, name: operator }),
        valueBounds.stranger,
      );
      const created = await keys.create(name);
      context.header("Cache-Control", "no-store");
      return answerJson(context, { ...created }, 201);
    })
    .delete("/:id", async (context) => {
      const id = context.req.param("id");
      if (!await keys.revoke(id)) throw new BadRequest("No such API key", 404, "not_found");
      return answerJson(context, { id, revoked: true });
    });
}
