import { z } from "zod";
import { type Conversation, exampleJob, exampleJobPlace, jobNews, jobPlace, Kind } from "../protocol/mod.ts";
import { executionNotice } from "./input/execution.ts";
import { jobReference } from "./input/job_reference.ts";
import { socketRequest } from "./input/start_request.ts";

const { jobId, transactionId } = exampleJob;

/** Says that a job's transaction is executed. */
export const executed = new Kind("InscriptionExecuted", () => executionNotice, exampleJob);
const reference = new Kind("JobReference", () => jobReference, { jobId, ...exampleJobPlace });

const start = new Kind("StartInscriptionEvent", () => socketRequest, {
  file: { type: "base64", base64: "SGVsbG8=", fileName: "hello.txt" },
  holderId: "0.0.1001",
  mode: "file",
  network: "testnet",
});
const started = new Kind(
  "InscriptionStarted",
  () =>
    z.looseObject({
      success: z.literal(true),
      jobId: z.string(),
      tx_id: z.string(),
      transactionBytes: z.string(),
      status: z.string(),
      ...jobPlace(),
    }),
  {
    success: true,
    jobId,
    tx_id: transactionId,
    transactionBytes: "CgQIARAB",
    status: "awaiting_payment",
    ...exampleJobPlace,
  },
);
const refused = new Kind(
  "InscriptionRefused",
  () =>
    z.looseObject({
      success: z.literal(false),
      error: z.string(),
      code: z.string(),
      retryAfterMs: z.number().int().optional(),
    }),
  {
    success: false,
    error: "Invalid request: mode: expected one of file, upload",
    code: "invalid_request",
  },
);
/** Socket.IO events of inscription jobs, each with its one argument. Protocol, section 5. */
export const jobConversation = {
  name: "jobs",
  path: "/socket.io/",
  title: "Inscription jobs",
  description:
    "Socket.IO v4, default namespace, `auth: {apiKey}`; over WebSocket and long polling. Messages are events of the name given, with the payload as their argument. Events of clients are acknowledged by callback.",
  messages: {
    "start-inscription": {
      from: "client",
      summary: "Start a job",
      kind: start,
      answers: ["started", "refused"],
    },
    started: { from: "gateway", summary: "The acknowledgement: the job is taken", kind: started },
    refused: { from: "gateway", summary: "The acknowledgement: the request is refused", kind: refused },
    "inscription-executed": {
      from: "client",
      summary: "Say that a job's transaction is executed",
      kind: executed,
    },
    "follow-inscription": {
      from: "client",
      summary: "Follow a job, from an offset on",
      kind: reference,
    },
    "cancel-inscription": { from: "client", summary: "End a job", kind: reference },
    ...jobNews,
  },
} as const satisfies Conversation;
