import { useMemo } from "react";
import { type Reading, useReading } from "./context.ts";

/** A server of the store, as `/admin/instances` tells of it. */
export interface Server {
  readonly id: string;
  readonly self: boolean;
  readonly url: string | null;
  /** Where its console is; null where it does not say. */
  readonly console: string | null;
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

const every = 5000;

/** The servers of the store, this one first. */
export function useServers(): Omit<Reading<unknown>, "data"> & {
  readonly data: readonly Server[] | undefined;
} {
  const { data, error, reload } = useReading<{ instances: readonly Server[] }>("admin/instances", every);
  const servers = useMemo(
    () => data?.instances.toSorted((a, b) => Number(b.self) - Number(a.self) || (a.id < b.id ? -1 : 1)),
    [data],
  );
  return { data: servers, error, reload };
}
