import { Hono } from "hono";
import { z } from "zod";
import type { Gateway } from "../../lib/gateway/mod.ts";
import { type RegisteredJob } from "../../lib/inscriptions/mod.ts";
import { exampleJob, Kind, time } from "../../lib/protocol/mod.ts";
import { openJobStatuses } from "../../lib/telemetry/mod.ts";
import { answerJson } from "../http/answer_json.ts";
import { documented, refusals } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { BadRequest } from "../http/errors.ts";
import { count, readQuery } from "../http/query.ts";

const id = z.string().min(1).max(128);
const statuses = ["queued", "awaiting_payment", "processing", "completed", "failed"] as const;
const listQuery = z.object({
  status: z.enum([...statuses, "open"]).optional().describe("`open` ones have not ended"),
  key: id.optional().describe("id of an API key"),
  before: id.optional().describe("id of a job: those older than it"),
  limit: count.refine((limit) => limit >= 1 && limit <= 100, "expected 1 to 100").default(50),
});

const job = new Kind(
  "Job",
  () =>
    z.object({
      id: z.string(),
      status: z.enum(statuses),
      progress: z.number().describe("0 to 100"),
      messages: z.number().int().describe("on the ledger"),
      max_messages: z.number().int(),
      attempts: z.number().int().describe("failures of the ledger since it last took something"),
      server: z.string().nullable().describe("which works on it; null where none does"),
      key: z.object({ id: z.string(), name: z.string().nullable().describe("null where it was revoked") }),
      holder: z.string(),
      name: z.string(),
      mime_type: z.string(),
      size: z.number().int().describe("bytes"),
      mode: z.enum(["file", "upload", "bulk-files", "hashinal", "hashinal-collection"]),
      network: z.enum(["mainnet", "testnet"]),
      transaction_id: z.string(),
      topic_id: z.string().nullable(),
      inscription_number: z.number().int().nullable(),
      error: z.string().nullable(),
      created_at: time(),
      ended_at: time().nullable(),
    }) satisfies z.ZodType<RegisteredJob>,
  {
    id: exampleJob.jobId,
    status: "processing",
    progress: 40,
    messages: 2,
    max_messages: 5,
    attempts: 0,
    server: "1",
    key: { id: "5f0c2a7e-7d0f-4b8c-9a3e-0a1b2c3d4e5f", name: "press desk" },
    holder: "0.0.1001",
    name: "hello.txt",
    mime_type: "text/plain",
    size: 5,
    mode: "file",
    network: "testnet",
    transaction_id: exampleJob.transactionId,
    topic_id: "0.0.5001",
    inscription_number: null,
    error: null,
    created_at: "2026-11-21T08:00:00.000Z",
    ended_at: null,
  },
);
const jobList = new Kind(
  "Jobs",
  () =>
    z.object({
      jobs: z.array(job.schema).describe("newest first"),
      next: z.string().nullable().describe("the `before` of the following page; null on the last one"),
      open: z.record(z.enum(openJobStatuses), z.number().int())
        .describe("how many this server works on, by status"),
    }),
  {
    jobs: [job.example],
    next: exampleJob.jobId,
    open: { awaiting_payment: 1, queued: 0, processing: 1 },
  },
);
const operators = { tag: "Operators", security: "admin" } as const;
const parameters = { id: "job id" };

/** The jobs of all API keys. Below `/admin`, whose token is checked there. Protocol, section 6. */
export function jobRoutes({ inscriptions }: Gateway): Hono<Env> {
  const { register } = inscriptions;
  return new Hono<Env>()
    .get(
      "/",
      documented({
        ...operators,
        summary: "List jobs of all API keys",
        description:
          "One page looks at 1,000 jobs at most, so that it may have fewer than `limit`, or none, and a `next` all the same.",
        query: listQuery,
        answers: { 200: { description: "The jobs", kind: jobList }, ...refusals(400, 401, 404) },
      }),
      async (context) => {
        const page = await register.list(readQuery(listQuery, context.req.query()));
        return answerJson(context, { ...page, open: inscriptions.countJobs() });
      },
    )
    .get(
      "/:id",
      documented({
        ...operators,
        summary: "How a job is",
        parameters,
        answers: { 200: { description: "The job", kind: job }, ...refusals(401, 404) },
      }),
      async (context) =>
        answerJson(context, found(await register.find(context.req.param("id").slice(0, 128)))),
    )
    .delete(
      "/:id",
      documented({
        ...operators,
        summary: "End a job that is not completed",
        description: "Whoever follows it is told that it failed. A job that has ended stays as it is.",
        parameters,
        answers: { 200: { description: "How it ended", kind: job }, ...refusals(401, 404) },
      }),
      async (context) =>
        answerJson(context, found(await register.end(context.req.param("id").slice(0, 128)))),
    );
}

function found(job: RegisteredJob | null) {
  if (job === null) throw new BadRequest("There is no such job", 404, "not_found");
  return { ...job };
}
