import { escapeControls } from "../telemetry/mod.ts";
import { Violation } from "./net/reader.ts";
import { TimedOut } from "./net/scope.ts";

/** Text of somebody else's, made harmless for a terminal and cut. */
export function shown(text: string, longest = 100): string {
  const safe = escapeControls(text.slice(0, 4 * longest)).trim();
  return safe.length <= longest ? safe : `${safe.slice(0, longest - 1)}…`;
}

/** Milliseconds, in the unit that reads best. */
export function duration(milliseconds: number): string {
  if (milliseconds < 10) return `${milliseconds.toFixed(1)} ms`;
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${Number((milliseconds / 1000).toFixed(1))} s`;
  return seconds(milliseconds / 1000);
}

/** Whole seconds, in the unit that reads best. */
export function seconds(value: number): string {
  const whole = Math.round(value);
  if (whole < 600) return `${whole} s`;
  if (whole < 7200) return `${Math.round(whole / 60)} min`;
  if (whole < 172_800) return `${Math.round(whole / 3600)} h`;
  return `${Math.round(whole / 86_400)} days`;
}

/** A number of bytes, in the unit that reads best. */
export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  const [value, unit] = bytes < 2 ** 20
    ? [bytes / 1024, "KiB"]
    : bytes < 2 ** 30
    ? [bytes / 2 ** 20, "MiB"]
    : [bytes / 2 ** 30, "GiB"];
  return `${Number(value.toFixed(1))} ${unit}`;
}

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
