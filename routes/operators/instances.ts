import { Hono } from "hono";
import { z } from "zod";
import type { InstanceRecord } from "../../lib/engine/mod.ts";
import type { Gateway } from "../../lib/gateway/mod.ts";
import { formatTimestamp, Kind, toldServer } from "../../lib/protocol/mod.ts";
import { answerJson } from "../http/answer_json.ts";
import type { Env } from "../http/env.ts";
import { BadRequest } from "../http/errors.ts";
import { adminRoute } from "./admin_route.ts";

const instances = new Kind(
  "Instances",
  () => z.object({ instances: z.array(toldServer.schema) }),
  { instances: [toldServer.example] },
);

const draining = new Kind(
  "InstanceDraining",
  () => z.object({ id: z.string(), draining: z.literal(true) }),
  { id: "1", draining: true },
);

/** The servers that share the store. Below `/admin`, whose token is checked there. Protocol, section 6. */
export function instanceRoutes({ jobs, servers }: Gateway): Hono<Env> {
  return new Hono<Env>().get(
    "/",
    adminRoute({
      summary: "The servers that share the store",
      description:
        "As each has said last; whoever has said nothing for a while is taken for dead, and missing.",
      answers: { 200: { description: "Those that live", kind: instances } },
    }, async (context) => {
      const { self } = jobs.instances;
      const all = await jobs.instances.all();
      return answerJson(context, { instances: all.map((record) => describe(record, self)) });
    }),
  ).post(
    "/:id/drain",
    adminRoute({
      summary: "Drain a server of the store",
      description: "As `POST /admin/drain` does at that server itself, asked through the store.",
      parameters: { id: "its name among the servers of the store" },
      answers: { 202: { description: "It drains", kind: draining } },
    }, async (context) => {
      const id = context.req.param("id");
      const { found, silent } = await servers.drain(id);
      if (found === true) return answerJson(context, { id, draining: found }, 202);
      const why = silent.length === 0 ? "none of that name lives" : "it has not answered within a second";
      throw new BadRequest(`Cannot drain the server: ${why}`, 404, "unknown_server");
    }),
  );
}

function describe({ id, url, region, activeJobs, heardAt, figures }: InstanceRecord, self: string) {
  const {
    version = null,
    console = null,
    startedAt,
    connections = 0,
    load = 0,
    isDraining = false,
    behind = 0,
  } = figures ?? {};
  return {
    id,
    self: id === self,
    url,
    console,
    region,
    version,
    started_at: startedAt === undefined ? null : formatTimestamp(startedAt),
    last_seen: formatTimestamp(heardAt),
    connections,
    jobs: activeJobs,
    load: Math.round(1000 * load) / 1000,
    draining: isDraining,
    behind_seconds: Math.round(behind) / 1000,
  };
}
