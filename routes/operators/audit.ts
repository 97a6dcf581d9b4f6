import { Hono } from "hono";
import { z } from "zod";
import type { Gateway } from "../../lib/gateway/mod.ts";
import { auditRecord, formatTimestamp, Kind } from "../../lib/protocol/mod.ts";
import { answerJson } from "../http/answer_json.ts";
import { refusals } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { BadRequest } from "../http/errors.ts";
import { readQuery } from "../http/query.ts";
import { adminRoute } from "./admin_route.ts";
import { limit } from "./limit.ts";

const query = z.object({ before: z.string().max(40).optional(), limit: limit(1000).default(100) });
const auditList = new Kind(
  "AuditLog",
  () => z.object({ records: z.array(auditRecord.schema) }),
  { records: [auditRecord.example] },
);

/** What operators did. Below `/admin`, where it is checked who asks. Protocol, section 6. */
export function auditRoutes({ clock, console }: Gateway): Hono<Env> {
  return new Hono<Env>()
    .get(
      "/",
      adminRoute({
        summary: "What operators did, the newest first",
        description:
          "Of the last 90 days. Games and values of streams that a back end publishes are not in it.",
        query,
        answers: { 200: { description: "What was done", kind: auditList }, ...refusals(400) },
      }, async (context) => {
        const { before, limit } = readQuery(query, context.req.query());
        const time = before === undefined ? clock.now() + 1 : Date.parse(before);
        if (Number.isNaN(time)) throw new BadRequest("Invalid query: before: expected a date and time");
        const records = await console.audit.before(time, limit);
        return answerJson(context, {
          records: records.map(({ at, lastAt, ...record }) => ({
            at: formatTimestamp(at),
            ...record,
            ...(lastAt === undefined ? {} : { last_at: formatTimestamp(lastAt) }),
          })),
        });
      }),
    );
}
