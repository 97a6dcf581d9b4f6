import { Hono } from "hono";
import { z } from "zod";
import type { Gateway } from "../../lib/gateway/mod.ts";
import { Kind } from "../../lib/protocol/mod.ts";
import { answerJson } from "../http/answer_json.ts";
import type { Env } from "../http/env.ts";
import { adminRoute } from "./admin_route.ts";
import { alertRoutes } from "./alerts.ts";
import { apiKeyRoutes } from "./api_keys.ts";
import { auditRoutes } from "./audit.ts";
import { backupRoutes } from "./backups.ts";
import { connectionRoutes } from "./connections.ts";
import { eventRoutes } from "./events.ts";
import { figureHistoryRoutes } from "./figure_history.ts";
import { gameRoutes } from "./games.ts";
import { instanceRoutes } from "./instances.ts";
import { jobRoutes } from "./jobs.ts";
import { metagraphRoutes } from "./metagraph.ts";
import { minerDetailRoutes } from "./miner_details.ts";
import { operatorAccess } from "./operator_access.ts";
import { ownStreamRoutes } from "./own_streams.ts";
import { predictionRoutes } from "./predictions.ts";
import { refusedPredictionRoutes } from "./refused_predictions.ts";
import { registrationRoutes } from "./registrations.ts";
import { settingRoutes } from "./settings.ts";
import { storeRoutes } from "./store.ts";
import { streamStateRoutes } from "./stream_states.ts";

const draining = new Kind(
  "Draining",
  () => z.looseObject({ status: z.string(), connections: z.number().int() }),
  { status: "draining", connections: 10 },
);

/** The operator's own back end. Protocol, section 6. */
export function adminRoutes(gateway: Gateway): Hono<Env> {
  return new Hono<Env>()
    .use(operatorAccess(gateway))
    .route("/miners", registrationRoutes(gateway))
    .route("/miners", minerDetailRoutes(gateway))
    .route("/metagraph", metagraphRoutes(gateway))
    .route("/games", gameRoutes(gateway))
    .route("/streams", ownStreamRoutes(gateway))
    .route("/predictions", predictionRoutes(gateway))
    .route("/refusals", refusedPredictionRoutes(gateway))
    .route("/audit", auditRoutes(gateway))
    .route("/config", settingRoutes(gateway))
    .route("/store", storeRoutes(gateway))
    .route("/history", figureHistoryRoutes(gateway))
    .route("/events", eventRoutes(gateway))
    .route("/alerts", alertRoutes(gateway))
    .route("/api-keys", apiKeyRoutes(gateway))
    .route("/backups", backupRoutes(gateway))
    .route("/connections", connectionRoutes(gateway))
    .route("/instances", instanceRoutes(gateway))
    .route("/jobs", jobRoutes(gateway))
    .route("/stream-states", streamStateRoutes(gateway))
    .post(
      "/drain",
      adminRoute({
        summary: "Drain the gateway",
        description:
          "Takes nothing new, finishes what is under way, and tells every client when to come back.",
        answers: { 202: { description: "It drains", kind: draining } },
      }, (context) => {
        const connections = gateway.hub.size;
        gateway.drain();
        return answerJson(context, { status: gateway.status, connections }, 202);
      }),
    );
}
