import { Hono } from "hono";
import type { Gateway } from "../lib/gateway/mod.ts";
import type { Env } from "./env.ts";

/** What operators and their load balancers ask. */
export function healthRoutes(gateway: Gateway): Hono<Env> {
  return new Hono<Env>()
    .get("/ws/health", async (context) => {
      await gateway.validator.book.probe();
      return context.json(health(gateway), isUp(gateway) ? 200 : 503);
    })
    .get("/healthz", (context) => context.json({ status: "ok" }))
    .get("/readyz", async (context) => {
      await gateway.validator.book.probe();
      return context.json({ status: gateway.status }, isUp(gateway) ? 200 : 503);
    });
}

function isUp({ status }: Gateway): boolean {
  return status === "online" || status === "disabled";
}

function health({ status, hub, validator, clock, startedAt }: Gateway) {
  const families = hub.families();
  return {
    status,
    connections: families.miners + families.streams,
    active_connections: validator.activeMiners(),
    uptime: Math.floor((clock.now() - startedAt) / 1000),
    families,
    validator: validator.notary.address,
  };
}
