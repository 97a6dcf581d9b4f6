import process from "node:process";
import type { ServerFigures } from "../engine/mod.ts";
import type { Clock } from "../protocol/mod.ts";
import { buildInfo } from "../telemetry/mod.ts";

/** What this server tells the others of itself, each time anew. */
export function tellFigures(
  { console, clock, startedAt, connections, isDraining, behind }: {
    /** Where this server's console is; null where that is not known. */
    readonly console: string | null;
    readonly clock: Clock;
    readonly startedAt: () => number;
    readonly connections: () => number;
    readonly isDraining: () => boolean;
    /** Milliseconds. */
    readonly behind: () => number;
  },
): () => ServerFigures {
  let before = { at: clock.elapsed(), seconds: cpuSeconds() };
  let load = 0;
  return () => {
    const now = { at: clock.elapsed(), seconds: cpuSeconds() };
    if (now.at - before.at >= shortestMean) {
      load = 1000 * (now.seconds - before.seconds) / (now.at - before.at);
      before = now;
    }
    return {
      version: buildInfo.version,
      startedAt: startedAt(),
      connections: connections(),
      isDraining: isDraining(),
      behind: behind(),
      load,
      console,
    };
  };
}

/** Milliseconds over which the load is a mean at least. */
const shortestMean = 1000;

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
