import { Hono } from "hono";
import { z } from "zod";
import type { Gateway } from "../../lib/gateway/mod.ts";
import { exampleJob, jobStatuses, Kind, type RegisteredJob, registeredJob } from "../../lib/protocol/mod.ts";
import { openJobStatuses } from "../../lib/telemetry/mod.ts";
import { answerJson } from "../http/answer_json.ts";
import { refusals } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { BadRequest } from "../http/errors.ts";
import { readQuery } from "../http/query.ts";
import { adminRoute } from "./admin_route.ts";
import { limit } from "./limit.ts";

const id = z.string().min(1).max(128);
const listQuery = z.object({
  status: z.enum([...jobStatuses, "open"]).optional().describe("`open` ones have not ended"),
  key: id.optional().describe("id of an API key"),
  before: id.optional().describe("id of a job: those older than it"),
  limit: limit(100).default(50),
});

const jobList = new Kind(
  "Jobs",
  () =>
    z.object({
      jobs: z.array(registeredJob.schema).describe("newest first"),
      next: z.string().nullable().describe("the `before` of the following page; null on the last one"),
      open: z.record(z.enum(openJobStatuses), z.number().int())
        .describe("how many this server works on, by status"),
    }),
  {
    jobs: [registeredJob.example],
    next: exampleJob.jobId,
    open: { awaiting_payment: 1, queued: 0, processing: 1 },
  },
);
const parameters = { id: "job id" };

/** The jobs of all API keys. Below `/admin`, whose token is checked there. Protocol, section 6. */
export function jobRoutes({ inscriptions }: Gateway): Hono<Env> {
  const { register } = inscriptions;
  return new Hono<Env>()
    .get(
      "/",
      adminRoute({
        summary: "List jobs of all API keys",
        description:
          "One page looks at 1,000 jobs at most, so that it may have fewer than `limit`, or none, and a `next` all the same.",
        query: listQuery,
        answers: { 200: { description: "The jobs", kind: jobList }, ...refusals(400) },
      }, async (context) => {
        const page = await register.list(readQuery(listQuery, context.req.query()));
        return answerJson(context, { ...page, open: inscriptions.countJobs() });
      }),
    )
    .get(
      "/:id",
      adminRoute(
        {
          summary: "How a job is",
          parameters,
          answers: { 200: { description: "The job", kind: registeredJob } },
        },
        async (context) =>
          answerJson(context, found(await register.find(context.req.param("id").slice(0, 128)))),
      ),
    )
    .delete(
      "/:id",
      adminRoute(
        {
          summary: "End a job that is not completed",
          description: "Whoever follows it is told that it failed. A job that has ended stays as it is.",
          parameters,
          answers: { 200: { description: "How it ended", kind: registeredJob } },
        },
        async (context) =>
          answerJson(context, found(await register.end(context.req.param("id").slice(0, 128)))),
      ),
    );
}

function found(job: RegisteredJob | null) {
  if (job === null) throw new BadRequest("There is no such job", 404, "not_found");
  return { ...job };
}
