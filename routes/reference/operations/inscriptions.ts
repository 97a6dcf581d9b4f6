import { z } from "zod";
import { holderQuery, numbersQuery } from "../../../lib/inscriptions/mod.ts";
import { inscriptionExamples } from "../schemas/inscriptions.ts";
import { type Operation, refusals } from "./operation.ts";

const { inscription } = inscriptionExamples;
const one = { description: "The inscription", schema: "Inscription", example: inscription } as const;
const bytes = { description: "The file as it was inscribed", type: "application/octet-stream" };

/** Inscriptions over HTTP. Protocol, section 5. */
export const inscriptionOperations: readonly Operation[] = [
  {
    method: "get",
    path: "/inscriptions/websocket-servers",
    tag: "Inscriptions",
    summary: "Where Socket.IO clients connect",
    answers: {
      200: {
        description: "The live instances, the least busy first",
        schema: "WebSocketServers",
        example: inscriptionExamples.servers,
      },
      ...refusals(),
    },
  },
  {
    method: "get",
    path: "/inscriptions/content/{topicId}",
    tag: "Inscriptions",
    summary: "An inscribed file",
    parameters: { topicId: "topic id such as 0.0.5001" },
    answers: { 200: bytes, 304: { description: "The client has it already" }, ...refusals(404) },
  },
  {
    method: "post",
    path: "/inscriptions/start-inscription",
    tag: "Inscriptions",
    summary: "Inscribe a file",
    description:
      "Either `fileBase64` (up to 2 MiB decoded) or `fileURL` (up to 100 MiB, fetched by the gateway).",
    security: "apiKey",
    body: { schema: "StartInscription", example: inscriptionExamples.start },
    answers: { 200: one, ...refusals(400, 401, 408, 413, 415, 422, 503) },
  },
  {
    method: "post",
    path: "/inscriptions/executed",
    tag: "Inscriptions",
    summary: "Say that a job's transaction is executed",
    description: "The job goes on; `transactionId`, where it is given, has to be the job's own.",
    security: "apiKey",
    body: { schema: "InscriptionExecuted", example: inscriptionExamples.executed },
    answers: { 200: one, ...refusals(400, 401, 404, 408, 413, 503) },
  },
  {
    method: "get",
    path: "/inscriptions/retrieve-inscription",
    tag: "Inscriptions",
    summary: "How an inscription is",
    security: "apiKey",
    query: z.object({ id: z.string().min(1).max(128).describe("job id or transaction id") }),
    answers: { 200: one, ...refusals(400, 401, 404) },
  },
  {
    method: "get",
    path: "/inscriptions/numbers",
    tag: "Inscriptions",
    summary: "Completed inscriptions by their number",
    security: "apiKey",
    query: numbersQuery,
    answers: {
      200: {
        description: "The inscriptions",
        schema: "NumberedInscriptions",
        example: [inscriptionExamples.numbered],
      },
      ...refusals(400, 401),
    },
  },
  {
    method: "get",
    path: "/inscriptions/holder-inscriptions",
    tag: "Inscriptions",
    summary: "A holder's inscriptions of this API key",
    security: "apiKey",
    query: holderQuery,
    answers: {
      200: { description: "The newest first", schema: "Inscriptions", example: [inscription] },
      ...refusals(400, 401),
    },
  },
  {
    method: "delete",
    path: "/inscriptions/{id}",
    tag: "Inscriptions",
    summary: "End a job that is not completed",
    security: "apiKey",
    parameters: { id: "job id" },
    answers: { 200: one, ...refusals(400, 401, 404) },
  },
];
