import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** Answers with JSON, and a line break behind it, so that a shell's prompt stands on a line of its own. */
export function answerJson(
  context: Context,
  value: unknown,
  status: ContentfulStatusCode = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const all = { "content-type": "application/json", ...headers };
  return context.body(`${JSON.stringify(value)}\n`, status, all);
}
