import { answerJson } from "../http/answer_json.ts";
import { Hono } from "hono";
import type { Gateway, Part } from "../../lib/gateway/mod.ts";
import type { ChainState } from "../../lib/validator/mod.ts";
import type { Env } from "../http/env.ts";

/** What operators and their load balancers ask; where operators have a port of their own, clients get no details. */
export function healthRoutes(gateway: Gateway, part: Part = "all"): Hono<Env> {
  const details = (reasons: readonly string[]) => part === "clients" ? {} : { reasons };
  return new Hono<Env>()
    .get("/ws/health", async (context) => {
      await gateway.health.obstacles();
      return answerJson(
        context,
        part === "clients" ? outline(gateway) : health(gateway),
        isUp(gateway) ? 200 : 503,
      );
    })
    .get("/healthz", async (context) => {
      const reasons = await gateway.health.ailments();
      const isWell = reasons.length === 0;
      return answerJson(
        context,
        { status: isWell ? "ok" : "restart", ...details(reasons) },
        isWell ? 200 : 503,
      );
    })
    .get("/readyz", async (context) => {
      const obstacles = await gateway.health.obstacles();
      const { status } = gateway;
      const reasons = status === "draining" ? ["the server is draining", ...obstacles] : obstacles;
      return answerJson(context, { status, ...details(reasons) }, reasons.length === 0 ? 200 : 503);
    });
}

function isUp({ status }: Gateway): boolean {
  return status === "online" || status === "disabled";
}

/** What anybody may know: miners' clients sign for the validator that is named here. */
function outline({ status, validator }: Gateway) {
  return { status, validator: validator.notary.address };
}

function health({ status, hub, sockets, validator, uptime }: Gateway) {
  const { websocket: jobs, polling } = sockets.transports;
  const families = { ...hub.families(), jobs, polling };
  return {
    status,
    connections: families.miners + families.streams + jobs,
    active_connections: validator.activeMiners(),
    uptime: Math.floor(uptime / 1000),
    families,
    validator: validator.notary.address,
    ...metagraph(validator.chain?.state),
  };
}

/** Where the miners come from a chain: how old what is known of it is. */
function metagraph(state: ChainState | undefined) {
  return state === undefined ? {} : { metagraph: { ...state, age: Math.floor(state.age) } };
}
