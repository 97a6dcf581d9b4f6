import { z } from "zod";
import { describeIssue } from "../../lib/protocol/mod.ts";
import { BadRequest } from "./errors.ts";

/** A whole number from 0 on in a query. */
export const count = z.string().regex(/^\d{1,15}$/, "expected a whole number from 0 on").transform(Number);

/** Seconds to wait for news: `min(wait, 60)`. */
export const wait = count.transform((seconds) => Math.min(seconds, 60));

/** A query's fields. Throws a {@link BadRequest}. */
export function readQuery<T>(schema: z.ZodType<T>, query: Record<string, string>): T {
  const result = schema.safeParse(query);
  if (result.success) return result.data;
  throw new BadRequest(`Invalid query: ${describeIssue(result.error)}`);
}
