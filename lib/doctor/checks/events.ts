import { type Check, type Context, fine, found, type Outcome, skipped } from "../check.ts";
import { bounded, open } from "../dial.ts";
import type { Finding } from "../findings.ts";
import { bodyOf, type Head } from "../net/http.ts";
import { Violation } from "../net/reader.ts";
import { TimedOut } from "../net/scope.ts";
import { duration, reasonOf, shown } from "../shown.ts";
import { findStream, type ListedStream } from "../streams.ts";
import { statusText } from "./http.ts";

/** What may come before an event, in bytes. */
const longestWait = 256 * 1024;
const wanted = 2;

/** A browser takes compressed answers, so a proxy that compresses shows itself. */
const asBrowser = { Accept: "text/event-stream", "Accept-Encoding": "gzip, deflate, br" };

/** What came of a stream of events. */
interface Listened {
  head: Head | undefined;
  /** Milliseconds from the request to each event. */
  readonly times: number[];
  stale: boolean;
  ended: unknown;
}

/** Listens to server-sent events: they must come one by one, as they happen. */
export const events: Check = {
  id: "events",
  async run(context) {
    const stream = await findStream(context);
    if (stream === undefined) return skipped("no streams listed on /api/v1/streams");
    context.tell(`waiting for ${stream.name}`);
    return judge(await listen(context, stream), stream);
  },
};

async function listen(context: Context, stream: ListedStream): Promise<Listened> {
  const { stopwatch, signal, known } = context;
  const listened: Listened = { head: undefined, times: [], stale: false, ended: undefined };
  const start = stopwatch();
  try {
    await bounded(context, 3 * stream.periodMs + 8000, async (scope) => {
      const path = `${known.base}/api/v1/streams/${stream.name}/events`;
      const { head, reader } = await open(context, scope, path, { headers: asBrowser });
      listened.head = head;
      if (!isEventStream(head)) return;
      for await (const event of eventsOf(bodyOf(head, reader))) {
        listened.stale ||= /^event: ?stream_status$/m.test(event);
        if (isData(event, stream)) listened.times.push(stopwatch() - start);
        if (listened.times.length >= wanted || listened.stale) return;
      }
    });
  } catch (error) {
    signal.throwIfAborted();
    listened.ended = error;
  }
  return listened;
}

/** Blocks with data, each as it is complete; comments are passed over. Compressed ones are counted as they are. */
async function* eventsOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of body) {
    text += decoder.decode(piece, { stream: true }).replaceAll("\r", "");
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    if (text.length > longestWait) throw new Violation(`an event is longer than ${longestWait} bytes`);
    yield* blocks.filter((block) => /^data:/m.test(block));
  }
}

/** What is said of the subscription comes with the first value, and is not waited for. */
function isData(event: string, { name }: ListedStream): boolean {
  const type = /^event: ?(.*)$/m.exec(event)?.[1];
  return type === undefined || type === name;
}

function isEventStream({ status, headers }: Head): boolean {
  return status === 200 && headers.get("content-type")?.startsWith("text/event-stream") === true &&
    encodingOf(headers) === "";
}

function encodingOf(headers: Head["headers"]): string {
  const encoding = headers.get("content-encoding")?.toLowerCase() ?? "";
  return encoding === "identity" ? "" : encoding;
}

function judge({ head, times, stale, ended }: Listened, { name, periodMs }: ListedStream): Outcome {
  const [first, second] = times;
  const facts = {
    stream: name,
    period_ms: periodMs,
    first_event_ms: first ?? null,
    second_event_ms: second ?? null,
    accel_buffering: head?.headers.get("x-accel-buffering") ?? null,
  };
  if (head === undefined) {
    if (ended instanceof TimedOut) {
      return found("events-buffered", "not even the answer's head came", { facts });
    }
    return found("events-failed", reasonOf(ended), { facts });
  }
  const encoding = encodingOf(head.headers);
  if (encoding !== "") {
    return found("events-compressed", `content-encoding: ${shown(encoding, 40)}`, { facts });
  }
  if (!isEventStream(head)) {
    const type = shown(head.headers.get("content-type") ?? "no content type", 60);
    return found("events-failed", `${statusText(head)}, ${type}`, { facts });
  }
  if (stale) return found("events-stale", `${name} is stale`, { facts });
  if (first === undefined || second === undefined) {
    const came = `${times.length === 0 ? "no event" : "one event"} of ${name}`;
    if (ended instanceof TimedOut) {
      return found("events-buffered", `${came} came, where one is due each ${duration(periodMs)}`, { facts });
    }
    return found(
      "events-failed",
      `${came} came: ${ended === undefined ? "the answer ended" : reasonOf(ended)}`,
      {
        facts,
      },
    );
  }
  const summary = `first after ${duration(first)}, next ${duration(second - first)} later (${name}, each ${
    duration(periodMs)
  })`;
  const late: Finding[] = first > periodMs && second - first < periodMs / 10
    ? [{ id: "events-buffered", detail: `two events came together after ${duration(first)}` }]
    : [];
  return late.length > 0 ? { summary, findings: late, facts } : fine(summary, facts);
}
