import type { StreamClient } from "../../client/stream_client.ts";
import { type StreamData, type StreamEntry, streams } from "../../protocol/streams.ts";

/** What the page needs of a {@link StreamClient}. */
export type Streams = Pick<StreamClient, "snapshot" | "onChange" | "subscribe" | "retry">;

/** A stream that the page shows in a way of its own. */
export type ShownStream = {
  [Name in keyof StreamData]: typeof streams[Name] extends { readonly title: string } ? Name : never;
}[keyof StreamData];

/** Their names, in the order of the protocol. */
export const shownStreamNames = (Object.keys(streams) as (keyof StreamData)[])
  .filter((name): name is ShownStream => "title" in streams[name]);

/** What the protocol says of them. */
export const shownStreams: Readonly<Record<ShownStream, StreamEntry & { readonly title: string }>> = streams;

/** Whether a stream's values come so often that silence says that its source has gone. */
export function hasRhythm(stream: ShownStream): boolean {
  return shownStreams[stream].newsOnly === undefined;
}
