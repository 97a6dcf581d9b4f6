import type { Gateway } from "../gateway/mod.ts";
import { logger, Throttle } from "../telemetry/mod.ts";

const log = logger("process");

/**
 * Keeps the process, from now on, where nothing has handled an error or a rejection: both are logged, at most once in ten
 * seconds each, and counted. Everything has a handler of its own; this is for what was forgotten, which must not be a way to
 * take the service from everybody.
 */
export function outliveFaults({ activity, clock }: Gateway): void {
  const warnings = new Throttle({ clock });
  const outlive = (event: Event, kind: string, error: unknown) => {
    event.preventDefault();
    activity.unhandledFaults += 1;
    warnings.error(log, kind, "Fault that nothing handled, {kind}: {error}", { kind, error });
  };
  globalThis.addEventListener("unhandledrejection", (event) => outlive(event, "rejection", event.reason));
  globalThis.addEventListener("error", (event) => outlive(event, "error", event.error ?? event.message));
}
