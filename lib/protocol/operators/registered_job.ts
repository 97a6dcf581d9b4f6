import { z } from "zod";
import { jobStatuses } from "../job_status.ts";
import { Kind } from "../kind.ts";
import { exampleJob } from "../messages/jobs.ts";
import { time } from "../messages/miners.ts";

/** A job of any key, as operators are told of it. Protocol, section 6. */
export const registeredJob = new Kind(
  "Job",
  () =>
    z.object({
      id: z.string(),
      status: z.enum(jobStatuses),
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
    }),
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

/** A job of any key, as operators are told of it. */
export type RegisteredJob = Readonly<z.infer<typeof registeredJob.schema>>;
