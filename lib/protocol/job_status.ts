/** Where a job stands. Protocol, section 5. */
export type JobStatus = "queued" | "awaiting_payment" | "processing" | "completed" | "failed";

/** Where a job may stand. */
export const jobStatuses = [
  "queued",
  "awaiting_payment",
  "processing",
  "completed",
  "failed",
] as const satisfies readonly JobStatus[];
