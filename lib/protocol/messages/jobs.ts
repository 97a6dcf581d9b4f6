import { z } from "zod";
import { Kind, type MessageEntry } from "../kind.ts";

/** A topic of the ledger. */
const jobTopic = () => z.string().describe("topic id such as 0.0.12345");
/** Where something stands among what is told of a job. */
export const jobPlace = () => ({ epoch: z.string(), offset: z.number().int().min(0) });
/** One such place, for examples. */
export const exampleJobPlace = { epoch: "c1d2e3f4", offset: 3 };
/** A job's id and its transaction's, for examples. */
export const exampleJob = {
  jobId: "0b6f2f52-6f5f-4f0e-9a53-3e3f6f1f2a11",
  transactionId: "0.0.1001@1795248000.000000001",
};
const { jobId, transactionId } = exampleJob;

const progress = new Kind(
  "InscriptionProgress",
  () =>
    z.looseObject({
      jobId: z.string(),
      status: z.string(),
      progress: z.number().min(0).max(99).describe("never falls; the end has an event of its own"),
      topicId: jobTopic().optional(),
      messages: z.number().int(),
      maxMessages: z.number().int(),
      ...jobPlace(),
    }),
  { jobId, status: "processing", progress: 40, messages: 4, maxMessages: 10, ...exampleJobPlace },
);
const complete = new Kind(
  "InscriptionComplete",
  () =>
    z.looseObject({
      jobId: z.string(),
      status: z.literal("completed"),
      completed: z.literal(true),
      topicId: jobTopic(),
      topic_id: jobTopic(),
      jsonTopicId: jobTopic().optional(),
      registryTopicId: jobTopic().optional(),
      tx_id: z.string(),
      transactionId: z.string(),
      inscription_number: z.number().int().nullable(),
      ...jobPlace(),
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
    ...exampleJobPlace,
  },
);
const error = new Kind(
  "InscriptionError",
  () => z.looseObject({ jobId: z.string().optional(), error: z.string() }),
  { jobId, error: "The transaction was not paid within 24 h" },
);

/** What is told of a job to those who follow it. Protocol, section 5. */
export const jobNews = {
  "inscription-progress": { from: "gateway", summary: "How far a job is", kind: progress },
  "inscription-complete": { from: "gateway", summary: "A job ended well", kind: complete },
  "inscription-error": { from: "gateway", summary: "A job ended otherwise", kind: error },
} as const satisfies Readonly<Record<string, MessageEntry>>;
