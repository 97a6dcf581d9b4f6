import { z } from "zod";
import { describeIssue } from "../protocol/mod.ts";
import { nonsense } from "./rpc_messages.ts";

const longestText = 200;

/** Something counted or measured. Nodes that have nothing to tell leave it out, so that is 0; null is not known. */
export const countSchema = z.number().nonnegative().nullable().default(0);

/** A text that is cut where it gets longer than people can use. */
export const textSchema = z.string().transform((text) => text.slice(0, longestText));

/**
 * What a method answered, as `schema` makes it.
 *
 * @throws {NodeError} when it does not fit
 */
export function readAnswer<T>(method: string, schema: z.ZodType<T>, result: unknown): T {
  const outcome = schema.safeParse(result);
  if (outcome.success) return outcome.data;
  throw nonsense(method, describeIssue(outcome.error));
}
