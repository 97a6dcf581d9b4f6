import { answerJson } from "../http/answer_json.ts";
import { type Context, Hono } from "hono";
import { z } from "zod";
import type { Gateway } from "../../lib/gateway/mod.ts";
import {
  type ApiKeyOwner,
  executed,
  holderQuery,
  httpRequest,
  type Inscription,
  type ListedServer,
  maxJobMessage,
  type NumberedInscription,
  numbersQuery,
  socketUrl,
} from "../../lib/inscriptions/mod.ts";
import { exampleJob, Kind, parseMessage, toPlain, valueBounds } from "../../lib/protocol/mod.ts";
import { readBody } from "../http/body.ts";
import type { Client } from "../http/client.ts";
import { contentRoutes } from "./content.ts";
import { documented, refusals } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { BadRequest } from "../http/errors.ts";
import { readQuery } from "../http/query.ts";
import { RequestLimit } from "../http/request_limit.ts";

const id = z.string().min(1).max(128);
const topic = () => z.string().describe("topic id such as 0.0.12345");

const inscription = new Kind(
  "Inscription",
  () =>
    z.looseObject({
      id: z.string(),
      status: z.string(),
      completed: z.boolean(),
      tx_id: z.string(),
      transactionId: z.string(),
      transactionBytes: z.string().describe("base64"),
      topic_id: topic().nullable(),
      jsonTopicId: topic().optional(),
      registryTopicId: topic().optional(),
      messages: z.number().int(),
      maxMessages: z.number().int(),
      progress: z.number().min(0).max(100),
      mode: z.enum(["file", "upload", "bulk-files", "hashinal", "hashinal-collection"]),
      fileStandard: z.union([z.literal(1), z.literal(2), z.literal(6)]).optional(),
      holderId: z.string(),
      network: z.enum(["mainnet", "testnet"]),
      name: z.string(),
      mimeType: z.string(),
      size: z.number().int().describe("bytes"),
      hash: z.string().describe("SHA-256 of the file, hex"),
      inscription_number: z.number().int().nullable(),
      created_at: z.string().describe("ISO 8601"),
      error: z.string().optional(),
    }),
  {
    id: exampleJob.jobId,
    status: "completed",
    completed: true,
    tx_id: exampleJob.transactionId,
    transactionId: exampleJob.transactionId,
    transactionBytes: "CgQIARAB",
    topic_id: "0.0.5001",
    messages: 1,
    maxMessages: 1,
    progress: 100,
    mode: "file",
    holderId: "0.0.1001",
    network: "testnet",
    name: "hello.txt",
    mimeType: "text/plain",
    size: 5,
    hash: "185f8db32271fe25f561a6fc938b2e264306ec304eda518007d1764826381969",
    inscription_number: 1,
    created_at: "2026-11-21T08:00:00.000Z",
  },
);
const inscriptionList = new Kind(
  "Inscriptions",
  () => z.array(inscription.schema),
  [inscription.example],
);
const numbered = new Kind(
  "NumberedInscriptions",
  (): z.ZodType<NumberedInscription[]> =>
    z.array(z.object({
      inscription_number: z.number().int(),
      t_id: topic(),
      ht_id: z.null(),
      sn: z.null(),
      account_id: z.number().int(),
      created_timestamp: z.string().describe("seconds with nine digits after the point"),
      mimetype: z.string(),
      op: z.enum(["mint", "inscribe"]),
      p: z.enum(["hcs-5", "hcs-1"]),
      json: z.record(z.string(), z.unknown()),
      image: z.string(),
    })),
  [{
    inscription_number: 1,
    t_id: "0.0.5001",
    ht_id: null,
    sn: null,
    account_id: 1001,
    created_timestamp: "1795248000.000000000",
    mimetype: "text/plain",
    op: "inscribe",
    p: "hcs-1",
    json: { name: "hello.txt" },
    image: "hcs://1/0.0.5001",
  }],
);
const serverList = new Kind(
  "WebSocketServers",
  () =>
    z.object({
      servers: z.array(z.object({
        url: z.string(),
        region: z.string(),
        status: z.literal("active"),
        priority: z.number().int().min(1).describe("the least busy first"),
        activeJobs: z.number().int().min(0),
      })) satisfies z.ZodType<ListedServer[]>,
      recommended: z.string().nullable().describe("where to connect; null where it is not known"),
    }),
  {
    servers: [{
      url: "wss://gateway.example.org",
      region: "default",
      status: "active",
      priority: 1,
      activeJobs: 0,
    }],
    recommended: "wss://gateway.example.org",
  },
);
const start = new Kind("StartInscription", () => httpRequest, {
  fileBase64: "SGVsbG8=",
  fileName: "hello.txt",
  fileMimeType: "text/plain",
  holderId: "0.0.1001",
  mode: "file",
  network: "testnet",
});

const retrieveQuery = z.object({ id: id.describe("job id or transaction id") });
const one = { description: "The inscription", kind: inscription };
const withKey = { tag: "Inscriptions", security: "apiKey" } as const;

/** Inscription jobs over plain HTTP: the same as over Socket.IO, polled. Protocol, section 5. */
export function inscriptionRoutes(gateway: Gateway): Hono<Env> {
  const { inscriptions, jobs: { gate, instances }, config, clock } = gateway;
  const perKey = new RequestLimit(config["websocket.rate_limit"], clock);

  const ownerOf = (context: Context<Env>): ApiKeyOwner => {
    const owner = gate.admit(context.req.header("x-api-key"), context.env.client.address);
    if (owner === null) throw new BadRequest("Invalid API key", 401, "unauthorized");
    perKey.count(owner.id);
    return owner;
  };

  return new Hono<Env>()
    .use(async (context, next) => {
      await next();
      // An inscribed file says itself how long it may be kept.
      if (!context.res.headers.has("Cache-Control")) context.header("Cache-Control", "no-store");
    })
    .get(
      "/websocket-servers",
      documented({
        tag: "Inscriptions",
        summary: "Where Socket.IO clients connect",
        answers: {
          200: { description: "The live instances, the least busy first", kind: serverList },
          ...refusals(),
        },
      }, async (context) => {
        const servers = await instances.list(ownUrl(context.env.client));
        return answerJson(context, { servers, recommended: servers[0]?.url ?? null });
      }),
    )
    .route("/content", contentRoutes(gateway))
    .post(
      "/start-inscription",
      documented({
        ...withKey,
        summary: "Inscribe a file",
        description:
          "Either `fileBase64` (up to 2 MiB decoded) or `fileURL` (up to 100 MiB, fetched by the gateway).",
        body: { kind: start },
        answers: { 200: one, ...refusals(400, 401, 408, 413, 415, 422, 503) },
      }, async (context) => {
        const owner = ownerOf(context);
        const { raw } = context.req;
        const body = toPlain(
          parseMessage(
            await readBody(context, gateway, { maxSize: maxJobMessage, name: owner.id }),
            valueBounds.job,
          ),
        );
        const { jobId } = await inscriptions.inscribe(owner.id, body, raw.signal).catch((error) => {
          throw raw.signal.aborted ? new BadRequest("The client went away") : error;
        });
        return answerJson(context, found(await inscriptions.find(owner.id, jobId)));
      }),
    )
    .post(
      "/executed",
      documented({
        ...withKey,
        summary: "Say that a job's transaction is executed",
        description: "The job goes on; `transactionId`, where it is given, has to be the job's own.",
        body: { kind: executed },
        answers: { 200: one, ...refusals(400, 401, 404, 408, 413, 503) },
      }, async (context) => {
        const owner = ownerOf(context);
        const body = parseMessage(await readBody(context, gateway, { maxSize: 1024, name: owner.id }));
        return answerJson(context, found(await inscriptions.executed(owner.id, toPlain(body))));
      }),
    )
    .get(
      "/retrieve-inscription",
      documented({
        ...withKey,
        summary: "How an inscription is",
        query: retrieveQuery,
        answers: { 200: one, ...refusals(400, 401, 404) },
      }, async (context) => {
        const owner = ownerOf(context);
        const query = readQuery(retrieveQuery, context.req.query());
        return answerJson(context, found(await inscriptions.find(owner.id, query.id)));
      }),
    )
    .get(
      "/numbers",
      documented({
        ...withKey,
        summary: "Completed inscriptions by their number",
        query: numbersQuery,
        answers: { 200: { description: "The inscriptions", kind: numbered }, ...refusals(400, 401) },
      }, async (context) => {
        ownerOf(context);
        return answerJson(context, await inscriptions.numbers(context.req.query()));
      }),
    )
    .get(
      "/holder-inscriptions",
      documented({
        ...withKey,
        summary: "A holder's inscriptions of this API key",
        query: holderQuery,
        answers: { 200: { description: "The newest first", kind: inscriptionList }, ...refusals(400, 401) },
      }, async (context) => {
        const owner = ownerOf(context);
        return answerJson(context, await inscriptions.holder(owner.id, context.req.query()));
      }),
    )
    .delete(
      "/:id",
      documented({
        ...withKey,
        summary: "End a job that is not completed",
        parameters: { id: "job id" },
        answers: { 200: one, ...refusals(400, 401, 404) },
      }, async (context) => {
        const owner = ownerOf(context);
        const params = readQuery(z.object({ id }), context.req.param());
        return answerJson(context, found(await inscriptions.cancel(owner.id, params.id)));
      }),
    );
}

function found(inscription: Inscription | null): Inscription {
  if (inscription !== null) return inscription;
  throw new BadRequest("There is no such inscription of this API key", 404, "not_found");
}

/** Where the client reached this server; null when its Host header is none that can be told to others. */
function ownUrl({ host, secure }: Client): string | null {
  const url = `http${secure ? "s" : ""}://${host}`;
  return host !== null && URL.canParse(url) ? socketUrl(url) : null;
}
