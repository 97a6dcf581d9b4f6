import type { StreamMessage } from "../../protocol/streams.ts";
import type { ConnectSettings } from "../connect_options.ts";
import { HttpRequests } from "../http_requests.ts";
import { isRecord } from "../json.ts";
import type { Beginning, StreamPosition } from "./positions.ts";
import { isOffset, readStreamMessage, shown, staleness } from "./server_message.ts";

/** How long an answer may take beyond what the server was asked to wait. */
const timeoutMs = 15_000;

/** What a poll was answered. */
export interface News {
  readonly beginning: Beginning;
  /** Why the stream's source has gone. */
  readonly stale: string | undefined;
  /** In order; those that cannot be read are left out. */
  readonly messages: readonly StreamMessage[];
}

/** Requests for streams to one gateway. Each rejects when its signal is aborted. */
export class StreamRequests {
  readonly #http: HttpRequests;

  constructor(settings: ConnectSettings, base: string) {
    this.#http = new HttpRequests(settings, `${base}/api/v1/streams`);
  }

  /** Whether the gateway's data is made up; undefined when it does not say. */
  async simulated(signal: AbortSignal): Promise<boolean | undefined> {
    const list = await this.#json("", timeoutMs, signal);
    const { simulated } = isRecord(list) ? list : {};
    return typeof simulated === "boolean" ? simulated : undefined;
  }

  /** What follows a position, at once or as soon as there is something; without a position, the newest value. */
  async news(
    stream: string,
    position: StreamPosition | undefined,
    waitSeconds: number,
    signal: AbortSignal,
  ): Promise<News> {
    const query = new URLSearchParams({ wait: String(waitSeconds) });
    if (position !== undefined) {
      query.set("since", String(position.offset));
      query.set("epoch", position.epoch);
    }
    const path = `/${encodeURIComponent(stream)}?${query}`;
    return readNews(stream, await this.#json(path, waitSeconds * 1000 + timeoutMs, signal));
  }

  /** The bytes of a stream of server-sent events. */
  async events(
    streams: readonly string[],
    lastEventId: string | undefined,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array>> {
    const query = new URLSearchParams({ streams: streams.join(",") });
    // Browsers ask before they send a header of this name to another origin, and not before a query.
    if (lastEventId !== undefined) query.set("last_event_id", lastEventId);
    const headers = { accept: "text/event-stream" };
    const response = await this.#http.open(`/events?${query}`, { headers, signal });
    const type = response.headers.get("content-type") ?? "";
    if (response.body !== null && type.startsWith("text/event-stream")) return response.body;
    await response.body?.cancel();
    throw new TypeError(`Cannot read events: the answer has type ${shown(type, "none")}`);
  }

  async #json(path: string, timeoutMs: number, signal: AbortSignal): Promise<unknown> {
    const text = await this.#http.ask(path, { timeoutMs }, signal);
    return text === "" ? undefined : JSON.parse(text);
  }
}

function readNews(stream: string, answer: unknown): News {
  const { epoch, offset, recovered, status, message, messages } = isRecord(answer) ? answer : {};
  if (typeof epoch !== "string" || !isOffset(offset) || !Array.isArray(messages)) {
    throw new TypeError(`Cannot read news of ${stream}: expected epoch, offset and messages`);
  }
  return {
    beginning: { epoch, offset, recovered: typeof recovered === "boolean" ? recovered : null },
    stale: staleness(status, message),
    messages: messages.flatMap((item) => readStreamMessage(item) ?? []).filter(({ type }) => type === stream),
  };
}
