import type { StreamPosition, StreamPositions } from "./positions.ts";

/**
 * Where a request for several streams goes on: `EPOCH:OFFSET.OFFSET`, in the order of the streams, with nothing for one
 * that begins anew. Undefined when all do.
 */
export function eventIdOf(streams: readonly string[], positions: StreamPositions): string | undefined {
  const known = streams.map((stream) => positions.get(stream));
  // Streams of one gateway have one epoch: where they differ, only the latest is still going on.
  const epoch = positions.latestOf(streams)?.epoch;
  if (epoch === undefined) return undefined;
  const offsets = known.map((position) => position?.epoch === epoch ? String(position.offset) : "");
  return `${epoch}:${offsets.join(".")}`;
}

/** The epoch of an event's id; undefined when it has none. */
export function epochOf(id: string): StreamPosition["epoch"] | undefined {
  const colon = id.lastIndexOf(":");
  return colon > 0 ? id.slice(0, colon) : undefined;
}
