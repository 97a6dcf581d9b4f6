import { answerJson } from "../http/answer_json.ts";
import { type Context, Hono } from "hono";
import { z } from "zod";
import type { Gateway } from "../../lib/gateway/mod.ts";
import { type ApiKeyOwner, type Inscription, maxJobMessage, socketUrl } from "../../lib/inscriptions/mod.ts";
import { parseMessage, toPlain, valueBounds } from "../../lib/protocol/mod.ts";
import { readBody } from "../http/body.ts";
import type { Client } from "../http/client.ts";
import { contentRoutes } from "./content.ts";
import type { Env } from "../http/env.ts";
import { BadRequest } from "../http/errors.ts";
import { readQuery } from "../http/query.ts";
import { RequestLimit } from "../http/request_limit.ts";

const id = z.string().min(1).max(128);

/** Inscription jobs over plain HTTP: the same as over Socket.IO, polled. Protocol, section 5. */
export function inscriptionRoutes(gateway: Gateway): Hono<Env> {
  const { inscriptions, jobs: { gate, instances }, config, clock } = gateway;
  const perKey = new RequestLimit(config["websocket.rate_limit"], clock);

  const ownerOf = (context: Context<Env>): ApiKeyOwner => {
    const owner = gate.admit(context.req.header("x-api-key"), context.env.client.address);
    if (owner === null) throw new BadRequest("Invalid API key", 401, "unauthorized");
    perKey.count(owner.id);
    return owner;
  };

  return new Hono<Env>()
    .use(async (context, next) => {
      await next();
      // An inscribed file says itself how long it may be kept.
      if (!context.res.headers.has("Cache-Control")) context.header("Cache-Control", "no-store");
    })
    .get("/websocket-servers", async (context) => {
      const servers = await instances.list(ownUrl(context.env.client));
      return answerJson(context, { servers, recommended: servers[0]?.url ?? null });
    })
    .route("/content", contentRoutes(gateway))
    .post("/start-inscription", async (context) => {
      const owner = ownerOf(context);
      const { raw } = context.req;
      const body = toPlain(
        parseMessage(
          await readBody(context, gateway, { maxSize: maxJobMessage, name: owner.id }),
          valueBounds.job,
        ),
      );
      const { jobId } = await inscriptions.inscribe(owner.id, body, raw.signal).catch((error) => {
        throw raw.signal.aborted ? new BadRequest("The client went away") : error;
      });
      return answerJson(context, found(await inscriptions.find(owner.id, jobId)));
    })
    .post("/executed", async (context) => {
      const owner = ownerOf(context);
      const body = parseMessage(await readBody(context, gateway, { maxSize: 1024, name: owner.id }));
      return answerJson(context, found(await inscriptions.executed(owner.id, toPlain(body))));
    })
    .get("/retrieve-inscription", async (context) => {
      const owner = ownerOf(context);
      const query = readQuery(z.object({ id }), context.req.query());
      return answerJson(context, found(await inscriptions.find(owner.id, query.id)));
    })
    .get("/numbers", async (context) => {
      ownerOf(context);
      return answerJson(context, await inscriptions.numbers(context.req.query()));
    })
    .get("/holder-inscriptions", async (context) => {
      const owner = ownerOf(context);
      return answerJson(context, await inscriptions.holder(owner.id, context.req.query()));
    })
    .delete("/:id", async (context) => {
      const owner = ownerOf(context);
      const params = readQuery(z.object({ id }), context.req.param());
      return answerJson(context, found(await inscriptions.cancel(owner.id, params.id)));
    });
}

function found(inscription: Inscription | null): Inscription {
  if (inscription !== null) return inscription;
  throw new BadRequest("There is no such inscription of this API key", 404, "not_found");
}

/** Where the client reached this server; null when its Host header is none that can be told to others. */
function ownUrl({ host, secure }: Client): string | null {
  const url = `http${secure ? "s" : ""}://${host}`;
  return host !== null && URL.canParse(url) ? socketUrl(url) : null;
}
