import { Hono } from "hono";
import { cors } from "hono/cors";
import { resolve } from "node:path";
import type { CreateApp, Gateway, Part } from "../lib/gateway/mod.ts";
import { TrustedProxies } from "../lib/ports/mod.ts";
import { accountRoutes } from "./jobs/accounts.ts";
import { contentRoutes } from "./jobs/content.ts";
import { adminRoutes } from "./operators/admin.ts";
import { adminRoute } from "./operators/admin_route.ts";
import { Answers } from "./http/answers.ts";
import { readClient } from "./http/client.ts";
import { axonRoutes } from "./miners/axon.ts";
import { consoleRoutes } from "./operators/console.ts";
import { consolePages, dashboardRoutes, PageFiles } from "./operators/dashboard.ts";
import { docsRoutes } from "./reference/docs.ts";
import { documented, refusals } from "./http/documented.ts";
import type { Env } from "./http/env.ts";
import { answerError } from "./http/errors.ts";
import { checkRequests, finishAnswers } from "./http/every_request.ts";
import { healthRoutes } from "./operators/health.ts";
import { inscriptionRoutes } from "./jobs/inscriptions.ts";
import { metricsRoutes } from "./operators/metrics.ts";
import { minerRoutes } from "./miners/miners.ts";
import { requestLimit } from "./http/request_limit.ts";
import { pathOf } from "./http/request_target.ts";
import { correctSocketClients, socketRoutes } from "./jobs/socketio.ts";
import { answerListing, answerUnserved, listing } from "./http/unserved.ts";
import { streamRoutes } from "./streams/streams.ts";
import { WaitingRoom } from "./http/waiting_room.ts";
import { websocketRoutes } from "./websocket/websocket.ts";

/**
 * The pages' files. A compiled binary finds them by the shortest form of their path alone, and its modules lie as deep below
 * its root as this one.
 */
const files = new PageFiles(resolve(import.meta.dirname ?? "", "../dist/dashboard"));

const listed = {
  summary: "What is served below this path",
  answers: { 200: { description: "All of it", kind: listing }, ...refusals() },
};

/** The gateway's HTTP side: what is served on which path. */
export const createApp: CreateApp = (gateway, part = "all") => {
  const proxies = new TrustedProxies(gateway.config["http.trusted_proxies"] ?? []);
  const app = allRoutes(gateway, part);
  return (request, info) =>
    app.fetch(request, { client: readClient(request, info, proxies), over: () => info.completed });
};

/** Every route of a part, which the protocol reference must tell of. */
export function allRoutes(gateway: Gateway, part: Part = "all"): Hono<Env> {
  const app = new Hono<Env>({ getPath: pathOf })
    .onError(answerError)
    .use(finishAnswers(gateway.activity), checkRequests())
    .route("/", healthRoutes(gateway, part));
  if (part !== "clients") {
    app.route("/", metricsRoutes(gateway)).route("/admin", adminRoutes(gateway))
      .get("/admin", adminRoute(listed, answerListing(app, "/admin")))
      .route("/", consoleRoutes(gateway))
      .route("/", consolePages(files));
  }
  const answers = new Answers(gateway.clock);
  const reference = docsRoutes(files, answers, () => ({
    // Where operators have a port of their own, both ports tell of all.
    told: part === "all" ? app.routes : allRoutes(gateway).routes,
    served: app.routes,
    own: gateway.streams.open(),
  }));
  if (part === "operators") {
    // Of the clients' paths, what operators look at without leaving their port.
    app.route("/inscriptions/content", contentRoutes(gateway)).route("/", reference);
  } else {
    app.route("/", clientRoutes(gateway, answers, reference)).get(
      "/api/v1",
      documented({ tag: "Pages", ...listed }, answerListing(app, "/api/v1")),
    );
  }
  return app.notFound(answerUnserved(app));
}

/** What is there for everybody. */
function clientRoutes(gateway: Gateway, answers: Answers, reference: Hono<Env>): Hono<Env> {
  const { config, clock } = gateway;
  const origins = config["websocket.allowed_origins"];
  const crossOrigin = cors({
    origin: origins === "all" ? "*" : [...origins],
    exposeHeaders: ["ETag", "Retry-After"],
  });
  const inscriptions = inscriptionRoutes(gateway);
  const waitingRoom = new WaitingRoom();
  return new Hono<Env>()
    .use(requestLimit(config["http.rate_limit"], clock))
    .route("/", socketRoutes(gateway))
    .use(correctSocketClients(gateway))
    .use("/api/*", crossOrigin)
    .use("/inscriptions/*", crossOrigin)
    .route("/", reference)
    .route("/", dashboardRoutes(files, answers))
    .route("/", websocketRoutes(gateway))
    .route("/", axonRoutes(gateway))
    .route("/api/v1", minerRoutes(gateway, waitingRoom, answers))
    .route("/api/v1", streamRoutes(gateway, waitingRoom, answers))
    .route("/api/auth", accountRoutes(gateway))
    .route("/inscriptions", inscriptions)
    .route("/api/inscriptions", inscriptions);
}
