import { useMemo } from "react";
import type { ToldServer } from "../../protocol/mod.ts";
import { type Reading, useReading } from "./context.ts";

const every = 5000;

/** The servers of the store, this one first. */
export function useServers(): Omit<Reading<unknown>, "data"> & {
  readonly data: readonly ToldServer[] | undefined;
} {
  const { data, error, reload } = useReading<{ instances: readonly ToldServer[] }>("admin/instances", every);
  const servers = useMemo(
    () => data?.instances.toSorted((a, b) => Number(b.self) - Number(a.self) || (a.id < b.id ? -1 : 1)),
    [data],
  );
  return { data: servers, error, reload };
}
