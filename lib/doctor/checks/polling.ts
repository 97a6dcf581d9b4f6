import { type Check, type Context, fine, found, patience, skipped } from "../check.ts";
import { fetchPath } from "../dial.ts";
import { readObject, textOf } from "../json.ts";
import { duration, reasonOf } from "../shown.ts";
import { findStream } from "../streams.ts";
import { statusText } from "./http.ts";

/** In seconds. */
const wait = 10;
const grace = 5000;

/** Waits for news with a request that is held back: it must be answered as soon as there are some. */
export const polling: Check = {
  id: "poll",
  async run(context) {
    const stream = await findStream(context);
    if (stream === undefined) return skipped("no streams listed on /api/v1/streams");
    const path = `${context.known.base}/api/v1/streams/${stream.name}`;
    const newest = await fetchPath(context, patience.answer, path);
    const { epoch, offset } = readObject(newest.body) ?? {};
    if (newest.head.status !== 200 || typeof offset !== "number" || textOf(epoch) === undefined) {
      return skipped(`${stream.name} has no value now (${statusText(newest.head)})`);
    }
    context.tell(`waiting for ${stream.name}`);
    const query = new URLSearchParams({ since: String(offset), epoch: String(epoch), wait: String(wait) });
    return await poll(context, `${path}?${query}`);
  },
};

async function poll(context: Context, path: string) {
  const { stopwatch, signal } = context;
  const start = stopwatch();
  try {
    const { head, body } = await fetchPath(context, 1000 * wait + grace, path);
    const took = stopwatch() - start;
    const facts = { status: head.status, took_ms: took };
    const messages: unknown = readObject(body)?.["messages"];
    if (head.status !== 200 || !Array.isArray(messages)) {
      return found("poll-cut", `${statusText(head)} after ${duration(took)}`, { facts });
    }
    return fine(`${messages.length > 0 ? "news" : "an empty answer"} after ${duration(took)}`, facts);
  } catch (error) {
    signal.throwIfAborted();
    return found("poll-cut", `${reasonOf(error)}, after ${duration(stopwatch() - start)}`);
  }
}
