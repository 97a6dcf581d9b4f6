import type { StreamMessage } from "../../protocol/streams.ts";
import type { ConnectSettings } from "../connect_options.ts";
import { type HttpRequest, HttpRequests } from "../http_requests.ts";
import { isRecord } from "../json.ts";
import type { Beginning, StreamPosition } from "./positions.ts";
import {
  isOffset,
  readStreamMessage,
  readWelcome,
  type ServerWelcome,
  shown,
  staleness,
} from "./server_message.ts";
import type { Topics } from "./topics.ts";

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
  readonly #topics: Pick<Topics, "tokensFor">;

  /** @param topics says what to show for streams that need a token */
  constructor(settings: ConnectSettings, base: string, topics: Pick<Topics, "tokensFor">) {
    this.#http = new HttpRequests(settings, `${base}/api/v1/streams`);
    this.#topics = topics;
  }

  /** What the gateway says of itself. */
  async welcome(signal: AbortSignal): Promise<ServerWelcome> {
    const list = await this.#json("", { timeoutMs }, signal);
    const { simulated, streams } = isRecord(list) ? list : {};
    const named = Array.isArray(streams)
      ? streams.map((each) => isRecord(each) ? each["name"] : undefined)
      : [];
    return readWelcome(simulated, named);
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
    const request = { timeoutMs: waitSeconds * 1000 + timeoutMs, headers: this.#tokensFor([stream]) };
    return readNews(stream, await this.#json(path, request, signal));
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
    const headers = { accept: "text/event-stream", ...this.#tokensFor(streams) };
    const response = await this.#http.open(`/events?${query}`, { headers, signal });
    const type = response.headers.get("content-type") ?? "";
    if (response.body !== null && type.startsWith("text/event-stream")) return response.body;
    await response.body?.cancel();
    throw new TypeError(`Cannot read events: the answer has type ${shown(type, "none")}`);
  }

  async #json(path: string, request: HttpRequest, signal: AbortSignal): Promise<unknown> {
    const text = await this.#http.ask(path, request, signal);
    return text === "" ? undefined : JSON.parse(text);
  }

  /** In a header, since what stands in a URL is written into logs. */
  #tokensFor(streams: readonly string[]): Record<string, string> {
    const tokens = this.#topics.tokensFor(streams);
    return tokens.length === 0 ? {} : { authorization: `Bearer ${tokens.join(",")}` };
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
