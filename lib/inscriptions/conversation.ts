import { z } from "zod";
import { type Conversation, Kind } from "../protocol/mod.ts";
import { executionNotice } from "./input/execution.ts";
import { jobReference } from "./input/job_reference.ts";
import { socketRequest } from "./input/start_request.ts";

const topic = () => z.string().describe("topic id such as 0.0.12345");
const place = () => ({ epoch: z.string(), offset: z.number().int().min(0) });
const at = { epoch: "c1d2e3f4", offset: 3 };
/** A job's id and its transaction's, for examples. */
export const exampleJob = {
  jobId: "0b6f2f52-6f5f-4f0e-9a53-3e3f6f1f2a11",
  transactionId: "0.0.1001@1795248000.000000001",
};
const { jobId, transactionId } = exampleJob;

/** Says that a job's transaction is executed. */
export const executed = new Kind("InscriptionExecuted", () => executionNotice, exampleJob);
const reference = new Kind("JobReference", () => jobReference, { jobId, ...at });

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
      ...place(),
    }),
  {
    success: true,
    jobId,
    tx_id: transactionId,
    transactionBytes: "CgQIARAB",
    status: "awaiting_payment",
    ...at,
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
const progress = new Kind(
  "InscriptionProgress",
  () =>
    z.looseObject({
      jobId: z.string(),
      status: z.string(),
      progress: z.number().min(0).max(99).describe("never falls; the end has an event of its own"),
      topicId: topic().optional(),
      messages: z.number().int(),
      maxMessages: z.number().int(),
      ...place(),
    }),
  { jobId, status: "processing", progress: 40, messages: 4, maxMessages: 10, ...at },
);
const complete = new Kind(
  "InscriptionComplete",
  () =>
    z.looseObject({
      jobId: z.string(),
      status: z.literal("completed"),
      completed: z.literal(true),
      topicId: topic(),
      topic_id: topic(),
      jsonTopicId: topic().optional(),
      registryTopicId: topic().optional(),
      tx_id: z.string(),
      transactionId: z.string(),
      inscription_number: z.number().int().nullable(),
      ...place(),
    }),
  {
    jobId,
    status: "completed",
    completed: true,
    topicId: "0.0.5001",
    topic_id: "0.0.5001",
    tx_id: transactionId,
    transactionId,
    inscription_number: 1,
    ...at,
  },
);
const error = new Kind(
  "InscriptionError",
  () => z.looseObject({ jobId: z.string().optional(), error: z.string() }),
  { jobId, error: "The transaction was not paid within 24 h" },
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
    "inscription-progress": { from: "gateway", summary: "How far a job is", kind: progress },
    "inscription-complete": { from: "gateway", summary: "A job ended well", kind: complete },
    "inscription-error": { from: "gateway", summary: "A job ended otherwise", kind: error },
  },
} as const satisfies Conversation;
