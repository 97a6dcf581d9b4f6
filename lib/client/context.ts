import type { Clock } from "../protocol/mod.ts";
import type { ClientEvent } from "./events.ts";

/** How much a log line matters. */
export type LogLevel = "trace" | "debug" | "info" | "warning" | "error";

/** Where log lines go. */
export type Log = (level: LogLevel, message: string, properties?: Readonly<Record<string, unknown>>) => void;

/** Events without the validator, which the context adds. */
type Report = ClientEvent extends infer Event ? Event extends unknown ? Omit<Event, "validator"> : never
  : never;

/** What the parts of one client share. */
export interface Context {
  readonly clock: Clock;
  /** From 0 up to but not including 1. */
  readonly random: () => number;
  readonly log: Log;
  readonly emit: (event: Report) => void;
}

/** Reports something that went wrong, to listeners and to the log. */
export function problem(context: Context, code: string, message: string): void {
  context.log("warning", message, { code });
  context.emit({ type: "problem", code, message });
}
