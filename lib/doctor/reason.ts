import { Violation } from "./net/reader.ts";
import { TimedOut } from "./net/scope.ts";
import { shown } from "./shown.ts";

/** What the system says of a connection that failed, in words. */
const words: Record<string, string> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  EPIPE: "connection reset",
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "network unreachable",
  ETIMEDOUT: "no answer",
  EADDRNOTAVAIL: "address not available",
};

/** The system's code of an error, such as `ECONNREFUSED`; empty where there is none. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (typeof code === "string") return code;
  if (error instanceof Deno.errors.ConnectionRefused) return "ECONNREFUSED";
  if (error instanceof Deno.errors.ConnectionReset) return "ECONNRESET";
  return "";
}

/** Why something failed, in a few words that are safe to show. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code in words) return words[code] ?? code;
  return shown(error instanceof Error ? error.message : String(error));
}

/** Whether an error says that time ran out, that the other side ended it, or that what it sent is not allowed. */
export function fateOf(error: unknown): "late" | "ended" | "invalid" {
  if (error instanceof TimedOut) return "late";
  if (error instanceof Violation) return "invalid";
  return "ended";
}
