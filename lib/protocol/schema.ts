import type { z } from "zod";

/** The first thing that is wrong, as `path: what was expected`. */
export function describeIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return "unknown fault";
  const path = issue.path.map(String).join(".");
  const message = issue.message.replace(/^Invalid input: /, "");
  return path === "" ? message : `${path}: ${message}`;
}

/** The same, with what came instead. */
export function describeFault(error: z.ZodError, input: unknown): string {
  const path = error.issues[0]?.path ?? [];
  const came = path.reduce<unknown>(
    (value, key) => typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined,
    input,
  );
  return `${describeIssue(error)}, got ${shown(came)}`;
}

const longestShown = 64;

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "a list" : "an object";
  if (typeof value !== "string") return String(value);
  return value.length <= longestShown
    ? JSON.stringify(value)
    : `${JSON.stringify(value.slice(0, longestShown))} and ${value.length - longestShown} characters more`;
}
