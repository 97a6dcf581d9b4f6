import { Hono } from "hono";
import { z } from "zod";
import type { Gateway, Part } from "../../lib/gateway/mod.ts";
import { hotkey, Kind } from "../../lib/protocol/mod.ts";
import type { ChainState } from "../../lib/validator/mod.ts";
import { answerJson } from "../http/answer_json.ts";
import { documented } from "../http/documented.ts";
import type { Env } from "../http/env.ts";

const healthAnswer = new Kind(
  "Health",
  () =>
    z.looseObject({
      status: z.enum(["online", "disabled", "draining", "offline"])
        .describe("all that is told where operators have a port of their own"),
      connections: z.number().int().optional(),
      active_connections: z.number().int().optional().describe("authenticated and heard from lately"),
      uptime: z.number().int().optional().describe("seconds"),
      families: z.record(z.string(), z.number().int()).optional(),
      validator: hotkey().optional(),
      you: z.object({
        address: z.string(),
        secure: z.boolean().describe("whether it came over TLS"),
        host: z.string().nullable(),
      }).optional().describe(
        "who asks, and for which host, as far as the server can tell: the doctor compares it",
      ),
      metagraph: z.looseObject({
        netuid: z.number().int(),
        block: z.number().int().describe("the final block that was read last"),
        miners: z.number().int(),
        age: z.number().int().describe("seconds since then"),
        problem: z.string().optional().describe("what is wrong with the newest reading"),
      }).optional().describe("where the miners come from a chain"),
    }),
  {
    status: "online",
    connections: 10,
    active_connections: 8,
    uptime: 3600,
    families: { undecided: 0, miners: 8, streams: 2, events: 0, jobs: 0, polling: 0 },
    validator: "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
  },
);
const statusAnswer = new Kind(
  "Status",
  () => z.looseObject({ status: z.string(), reasons: z.array(z.string()) }),
  { status: "ok", reasons: [] },
);

/** What operators and their load balancers ask; where operators have a port of their own, clients get no details. */
export function healthRoutes(gateway: Gateway, part: Part = "all"): Hono<Env> {
  const details = (reasons: readonly string[]) => part === "clients" ? {} : { reasons };
  return new Hono<Env>()
    .get(
      "/ws/health",
      documented({
        tag: "Health",
        summary: "How the gateway does",
        answers: {
          200: { description: "It takes clients", kind: healthAnswer },
          503: {
            description: "It drains, or cannot store",
            kind: healthAnswer,
            example: { ...healthAnswer.example as object, status: "draining" },
          },
        },
      }, async (context) => {
        await gateway.health.obstacles();
        return answerJson(
          context,
          { ...(part === "clients" ? outline(gateway) : health(gateway)), you: context.env.client },
          isUp(gateway) ? 200 : 503,
        );
      }),
    )
    .get(
      "/healthz",
      documented({
        tag: "Health",
        summary: "Whether the process should go on",
        answers: {
          200: { description: "It should", kind: statusAnswer },
          503: {
            description: "It should be restarted",
            kind: statusAnswer,
            example: { status: "restart", reasons: ["the event loop stands still"] },
          },
        },
      }, async (context) => {
        const reasons = await gateway.health.ailments();
        const isWell = reasons.length === 0;
        return answerJson(
          context,
          { status: isWell ? "ok" : "restart", ...details(reasons) },
          isWell ? 200 : 503,
        );
      }),
    )
    .get(
      "/readyz",
      documented({
        tag: "Health",
        summary: "Whether clients should be sent here",
        answers: {
          200: {
            description: "They should",
            kind: statusAnswer,
            example: { status: "online", reasons: [] },
          },
          503: {
            description: "They should not",
            kind: statusAnswer,
            example: { status: "draining", reasons: ["the server is draining"] },
          },
        },
      }, async (context) => {
        const obstacles = await gateway.health.obstacles();
        const reasons = gateway.status === "draining" ? ["the server is draining", ...obstacles] : obstacles;
        // What stands in the way may not have failed a commit yet.
        const status = reasons.length > 0 && isUp(gateway) ? "offline" : gateway.status;
        return answerJson(context, { status, ...details(reasons) }, reasons.length === 0 ? 200 : 503);
      }),
    );
}

function isUp({ status }: Gateway): boolean {
  return status === "online" || status === "disabled";
}

/** What anybody may know: miners' clients sign for the validator that is named here. */
function outline({ status, validator }: Gateway) {
  return { status, validator: validator.address };
}

function health({ status, hub, sockets, validator, uptime }: Gateway) {
  const { websocket: jobs, polling } = sockets.transports;
  const families = { ...hub.families(), jobs, polling };
  return {
    status,
    connections: families.undecided + families.miners + families.streams + jobs,
    active_connections: validator.activeMiners(),
    uptime: Math.floor(uptime / 1000),
    families,
    validator: validator.address,
    ...metagraph(validator.chainState),
  };
}

/** Where the miners come from a chain: how old what is known of it is. */
function metagraph(state: ChainState | undefined) {
  return state === undefined ? {} : { metagraph: { ...state, age: Math.floor(state.age) } };
}
