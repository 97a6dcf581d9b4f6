import { Hono } from "hono";
import { cors } from "hono/cors";
import type { CreateApp } from "../lib/gateway/mod.ts";
import { adminRoutes } from "./admin.ts";
import { dashboardRoutes } from "./dashboard.ts";
import type { Env } from "./env.ts";
import { answerError } from "./errors.ts";
import { healthRoutes } from "./health.ts";
import { inscriptionRoutes } from "./inscriptions.ts";
import { minerRoutes } from "./miners.ts";
import { requestLimit } from "./request_limit.ts";
import { correctSocketClients, socketRoutes } from "./socketio.ts";
import { streamRoutes } from "./streams.ts";
import { websocketRoutes } from "./websocket.ts";

/** The gateway's HTTP side: what is served on which path. */
export const createApp: CreateApp = (gateway) => {
  const { config, clock } = gateway;
  const origins = config["websocket.allowed_origins"];
  const crossOrigin = cors({
    origin: origins === "all" ? "*" : [...origins],
    exposeHeaders: ["ETag", "Retry-After"],
  });
  const inscriptions = inscriptionRoutes(gateway);
  const app = new Hono<Env>()
    .onError(answerError)
    .notFound(({ req }) => answerNotFound(req.path))
    .route("/", healthRoutes(gateway))
    .route("/admin", adminRoutes(gateway))
    .use(requestLimit(config["http.rate_limit"], clock))
    .route("/", socketRoutes(gateway))
    .use(correctSocketClients())
    .use("/api/*", crossOrigin)
    .use("/inscriptions/*", crossOrigin)
    .route("/", dashboardRoutes())
    .route("/", websocketRoutes(gateway))
    .route("/api/v1", minerRoutes(gateway))
    .route("/api/v1", streamRoutes(gateway))
    .route("/inscriptions", inscriptions)
    .route("/api/inscriptions", inscriptions);
  return (request, info) => app.fetch(request, { info });
};

function answerNotFound(path: string): Response {
  const message = `Nothing is served on ${path.slice(0, 128)}`;
  return Response.json({ message, error: { code: "not_found", message } }, { status: 404 });
}
