import type { Context, Hono } from "hono";
import { METHOD_NAME_ALL } from "hono/router";
import { z } from "zod";
import { Kind } from "../../lib/protocol/mod.ts";
import { answerJson } from "./answer_json.ts";
import type { Env } from "./env.ts";

type App = Hono<Env>;

/** What is served below a path. */
export const listing = new Kind(
  "Served",
  () =>
    z.object({
      documentation: z.string(),
      openapi: z.string(),
      served: z.array(z.string()).describe("a method and a path"),
    }),
  { documentation: "/docs", openapi: "/docs/openapi.json", served: ["GET /api/v1/games"] },
);

/** What is answered where nothing is served: 405 where it would be by another method, else 404. */
export function answerUnserved(app: App) {
  const methods = [...new Set(routesOf(app).map(({ method }) => method))];
  const serves = (method: string, path: string) =>
    app.router.match(method, path)[0].some(([[, route]]) => route.method !== METHOD_NAME_ALL);
  return (context: Context<Env>): Response => {
    const { path, method } = context.req;
    const shown = path.slice(0, 128);
    const allowed = methods.filter((method) => serves(method, path));
    if (allowed.length === 0 || allowed.includes(method)) {
      return refuse(context, { code: "not_found", message: `Nothing is served on ${shown}` }, 404);
    }
    // Whoever may read may ask whether there is something to read.
    if (allowed.includes("GET")) allowed.push("HEAD");
    context.header("Allow", allowed.join(", "));
    const message = `${method.slice(0, 16)} is not served on ${shown}, but ${allowed.join(", ")}`;
    return refuse(context, { code: "method_not_allowed", message }, 405);
  };
}

/** What is served below a path, as a whole answer. */
export function answerListing(app: App, path: string) {
  return (context: Context<Env>): Response => {
    const routes = routesOf(app).filter((route) => route.path.startsWith(`${path}/`));
    const served = [...new Set(routes.map((route) => `${route.method} ${route.path}`))];
    return answerJson(context, { documentation: "/docs", openapi: "/docs/openapi.json", served });
  };
}

function routesOf({ routes }: App) {
  return routes.filter(({ method }) => method !== METHOD_NAME_ALL);
}

function refuse(context: Context, error: { code: string; message: string }, status: 404 | 405): Response {
  return answerJson(context, { message: error.message, error }, status);
}
