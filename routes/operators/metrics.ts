import { type Context, Hono } from "hono";
import type { Gateway } from "../../lib/gateway/mod.ts";
import { exposeMetrics } from "../../lib/telemetry/mod.ts";
import { hasAdminToken } from "./admin_token.ts";
import { documented, refusals } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { isLocal } from "../http/is_local.ts";
import { BadRequest } from "../http/errors.ts";

/** What Prometheus scrapes. */
export function metricsRoutes(gateway: Gateway): Hono<Env> {
  return new Hono<Env>().get(
    "/metrics",
    documented({
      tag: "Health",
      summary: "Metrics for Prometheus",
      answers: { 200: { description: "The metrics", type: "text/plain" }, ...refusals(403, 404) },
    }, async (context) => {
      checkAccess(context, gateway);
      const wantsOpenMetrics = context.req.header("accept")?.includes("application/openmetrics-text") ??
        false;
      const format = wantsOpenMetrics ? "openmetrics" : "prometheus";
      const { contentType, text } = await exposeMetrics(gateway.readMetrics(), format);
      return new Response(text, { headers: { "content-type": contentType, "cache-control": "no-store" } });
    }),
  );
}

function checkAccess(context: Context<Env>, { config }: Gateway): void {
  const access = config["metrics.access"];
  if (access === "off") throw new BadRequest("Nothing is served on /metrics", 404, "not_found");
  if (access === "all" || isLocal(context) || hasAdminToken(context, config["admin_token"])) return;
  throw new BadRequest(
    "Metrics are for this machine and for the admin token: send it, or start with --metrics.access=all",
    403,
    "forbidden",
  );
}
