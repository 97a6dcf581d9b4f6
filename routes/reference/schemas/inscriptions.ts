import { z } from "zod";
import {
  executionNotice,
  httpRequest,
  jobReference,
  type ListedServer,
  type NumberedInscription,
  socketRequest,
} from "../../../lib/inscriptions/mod.ts";

const topic = z.string().describe("topic id such as 0.0.12345");
const modes = ["file", "upload", "bulk-files", "hashinal", "hashinal-collection"] as const;
const place = { epoch: z.string(), offset: z.number().int().min(0) };

const inscription = z.looseObject({
  id: z.string(),
  status: z.string(),
  completed: z.boolean(),
  tx_id: z.string(),
  transactionId: z.string(),
  transactionBytes: z.string().describe("base64"),
  topic_id: topic.nullable(),
  jsonTopicId: topic.optional(),
  registryTopicId: topic.optional(),
  messages: z.number().int(),
  maxMessages: z.number().int(),
  progress: z.number().min(0).max(100),
  mode: z.enum(modes),
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
});

const numbered: z.ZodType<NumberedInscription> = z.object({
  inscription_number: z.number().int(),
  t_id: topic,
  ht_id: z.null(),
  sn: z.null(),
  account_id: z.number().int(),
  created_timestamp: z.string().describe("seconds with nine digits after the point"),
  mimetype: z.string(),
  op: z.enum(["mint", "inscribe"]),
  p: z.enum(["hcs-5", "hcs-1"]),
  json: z.record(z.string(), z.unknown()),
  image: z.string(),
});

const server: z.ZodType<ListedServer> = z.object({
  url: z.string(),
  region: z.string(),
  status: z.literal("active"),
  priority: z.number().int().min(1).describe("the least busy first"),
  activeJobs: z.number().int().min(0),
});

/** Jobs over HTTP and over Socket.IO. Protocol, section 5. */
export const inscriptionSchemas = {
  StartInscription: httpRequest,
  StartInscriptionEvent: socketRequest,
  InscriptionExecuted: executionNotice,
  JobReference: jobReference,
  Inscription: inscription,
  Inscriptions: z.array(inscription),
  NumberedInscriptions: z.array(numbered),
  WebSocketServers: z.object({
    servers: z.array(server),
    recommended: z.string().nullable().describe("where to connect; null where it is not known"),
  }),
  InscriptionStarted: z.looseObject({
    success: z.literal(true),
    jobId: z.string(),
    tx_id: z.string(),
    transactionBytes: z.string(),
    status: z.string(),
    ...place,
  }),
  InscriptionRefused: z.looseObject({
    success: z.literal(false),
    error: z.string(),
    code: z.string(),
    retryAfterMs: z.number().int().optional(),
  }),
  InscriptionProgress: z.looseObject({
    jobId: z.string(),
    status: z.string(),
    progress: z.number().min(0).max(99).describe("never falls; the end has an event of its own"),
    topicId: topic.optional(),
    messages: z.number().int(),
    maxMessages: z.number().int(),
    ...place,
  }),
  InscriptionComplete: z.looseObject({
    jobId: z.string(),
    status: z.literal("completed"),
    completed: z.literal(true),
    topicId: topic,
    topic_id: topic,
    jsonTopicId: topic.optional(),
    registryTopicId: topic.optional(),
    tx_id: z.string(),
    transactionId: z.string(),
    inscription_number: z.number().int().nullable(),
    ...place,
  }),
  InscriptionError: z.looseObject({ jobId: z.string().optional(), error: z.string() }),
} as const;

const at = { epoch: "c1d2e3f4", offset: 3 };
const job = "0b6f2f52-6f5f-4f0e-9a53-3e3f6f1f2a11";
const transaction = "0.0.1001@1795248000.000000001";

/** A message of each kind. */
export const inscriptionExamples = {
  start: {
    fileBase64: "SGVsbG8=",
    fileName: "hello.txt",
    fileMimeType: "text/plain",
    holderId: "0.0.1001",
    mode: "file",
    network: "testnet",
  },
  startEvent: {
    file: { type: "base64", base64: "SGVsbG8=", fileName: "hello.txt" },
    holderId: "0.0.1001",
    mode: "file",
    network: "testnet",
  },
  reference: { jobId: job, ...at },
  executed: { jobId: job, transactionId: transaction },
  inscription: {
    id: job,
    status: "completed",
    completed: true,
    tx_id: transaction,
    transactionId: transaction,
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
  numbered: {
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
  },
  servers: {
    servers: [{
      url: "wss://gateway.example.org",
      region: "default",
      status: "active",
      priority: 1,
      activeJobs: 0,
    }],
    recommended: "wss://gateway.example.org",
  },
  started: {
    success: true,
    jobId: job,
    tx_id: transaction,
    transactionBytes: "CgQIARAB",
    status: "awaiting_payment",
    ...at,
  },
  refused: {
    success: false,
    error: "Invalid request: mode: expected one of file, upload",
    code: "invalid_request",
  },
  progress: { jobId: job, status: "processing", progress: 40, messages: 4, maxMessages: 10, ...at },
  complete: {
    jobId: job,
    status: "completed",
    completed: true,
    topicId: "0.0.5001",
    topic_id: "0.0.5001",
    tx_id: transaction,
    transactionId: transaction,
    inscription_number: 1,
    ...at,
  },
  error: { jobId: job, error: "The transaction was not paid within 24 h" },
} as const;
