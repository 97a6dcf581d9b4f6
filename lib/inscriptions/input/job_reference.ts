import { z } from "zod";

const jobId = z.string().min(1).max(128);

/** Which job a client means, and how far it was told of it. */
export const jobReference = z.union([
  jobId.transform((jobId) => ({ jobId, epoch: undefined, offset: undefined })),
  z.object({ jobId, epoch: z.string().max(64).optional(), offset: z.number().int().min(0).optional() }),
], "expected a job id, or an object with one as jobId and perhaps offset and epoch");
