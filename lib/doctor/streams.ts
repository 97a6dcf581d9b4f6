import { type Context, patience } from "./check.ts";
import { fetchPath } from "./dial.ts";
import { isRecord, readObject } from "./json.ts";

/** A stream that can be listened to. */
export interface ListedStream {
  readonly name: string;
  readonly periodMs: number;
  readonly stale: boolean;
}

const slowest = 60_000;

/** The most frequent of the endpoint's streams; undefined where there are none. Protocol, section 4. */
export async function findStream(context: Context): Promise<ListedStream | undefined> {
  const { head, body } = await fetchPath(context, patience.answer, `${context.known.base}/api/v1/streams`);
  const listed: unknown = head.status === 200 ? readObject(body)?.["streams"] : undefined;
  if (!Array.isArray(listed)) return undefined;
  return listed.slice(0, 100).map(readStream)
    .filter((stream) => stream !== undefined)
    .toSorted((a, b) => a.periodMs - b.periodMs)[0];
}

function readStream(entry: unknown): ListedStream | undefined {
  if (!isRecord(entry)) return undefined;
  const { name, period_ms: period, status } = entry;
  if (typeof name !== "string" || !/^\w{1,64}$/.test(name)) return undefined;
  if (typeof period !== "number" || !(period > 0 && period <= slowest)) return undefined;
  return { name, periodMs: period, stale: status === "stale" };
}
