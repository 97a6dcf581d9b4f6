import { useMemo } from "react";
import { type Reading, useReading } from "./context.ts";

/** A server of the store, as `/admin/instances` tells of it. */
interface Instance {
  readonly id: string;
  readonly self: boolean;
  readonly url: string | null;
  readonly region: string;
  readonly version: string | null;
  readonly started_at: string | null;
  readonly last_seen: string;
  readonly connections: number;
  readonly jobs: number;
  /** Share of one core. */
  readonly load: number;
  readonly draining: boolean;
  readonly behind_seconds: number;
}

/** A server, and where its console is, where it says where it is. */
export interface Server extends Instance {
  readonly console: string | null;
}

const every = 5000;

/** The servers of the store, this one first. */
export function useServers(): Omit<Reading<unknown>, "data"> & {
  readonly data: readonly Server[] | undefined;
} {
  const { data, error, reload } = useReading<{ instances: readonly Instance[] }>("admin/instances", every);
  const servers = useMemo(
    () =>
      data?.instances.map((instance) => ({ ...instance, console: consoleOf(instance.url) }))
        .toSorted((a, b) => Number(b.self) - Number(a.self) || (a.id < b.id ? -1 : 1)),
    [data],
  );
  return { data: servers, error, reload };
}

/** A public URL names where clients connect, by WebSocket. */
function consoleOf(url: string | null): string | null {
  return url === null ? null : new URL("/console", url.replace(/^ws/, "http")).href;
}
