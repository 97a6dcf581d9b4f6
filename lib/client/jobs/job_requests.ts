import type { Clock } from "../../protocol/clock.ts";
import { type Fetch, type HttpAnswer, HttpLink, type HttpRequest, waitOf } from "../http_link.ts";
import { isRecord, parseJson } from "../json.ts";
import { shown } from "../streams/server_message.ts";
import { JobError, unauthorized } from "./job_error.ts";
import { type JobServers, readServers } from "./job_servers.ts";
import type { JobUrls } from "./job_urls.ts";
import type { StartMessages } from "./start_request.ts";

const timeoutMs = 30_000;
/** A start that makes the server fetch a file is answered when it is fetched. */
const fetchTimeoutMs = 600_000;

/** Milliseconds that the answer to a start may take. */
export function startTimeout({ fetches }: StartMessages): number {
  return fetches ? fetchTimeoutMs : timeoutMs;
}

/** The requests about jobs to one gateway. Each rejects with a {@link JobError}, or when its signal is aborted. */
export class JobRequests {
  readonly #link: HttpLink;
  readonly #urls: JobUrls;
  readonly #apiKey: string;

  constructor({ clock, fetch, urls, apiKey }: { clock: Clock; fetch: Fetch; urls: JobUrls; apiKey: string }) {
    this.#link = new HttpLink(clock, fetch, `${urls.http}/inscriptions`);
    this.#urls = urls;
    this.#apiKey = apiKey;
  }

  /** Starts a job, and answers the server's record of it. */
  start(messages: StartMessages, signal: AbortSignal): Promise<unknown> {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify(messages.http);
    const request = { method: "POST", headers, body, timeoutMs: startTimeout(messages) };
    return this.#ask("/start-inscription", request, signal);
  }

  /** Says that a job's transaction is executed, and answers its record. */
  executed(jobId: string, signal: AbortSignal): Promise<unknown> {
    const headers = { "content-type": "application/json" };
    return this.#ask(
      "/executed",
      { method: "POST", headers, body: JSON.stringify({ jobId }), timeoutMs },
      signal,
    );
  }

  /** The record of a job, by its id or its transaction's. */
  retrieve(id: string, signal: AbortSignal = new AbortController().signal): Promise<unknown> {
    return this.#ask(`/retrieve-inscription?${new URLSearchParams({ id })}`, { timeoutMs }, signal);
  }

  /** Ends a job before its time, and answers its record. */
  cancel(id: string): Promise<unknown> {
    const request = { method: "DELETE", timeoutMs };
    return this.#ask(`/${encodeURIComponent(id)}`, request, new AbortController().signal);
  }

  /** The instances that take jobs. */
  async servers(): Promise<JobServers> {
    return readServers(await this.#ask("/websocket-servers", { timeoutMs }, new AbortController().signal));
  }

  async #ask(path: string, request: HttpRequest, signal: AbortSignal): Promise<unknown> {
    const headers = { ...request.headers, "x-api-key": this.#apiKey };
    const answer = await this.#request(path, { ...request, headers }, signal);
    if (!answer.response.ok) throw refusalOf(answer);
    try {
      return JSON.parse(answer.text);
    } catch (cause) {
      throw new JobError("unreachable", `Cannot use what ${this.#urls.http} answers: it is not JSON`, {
        cause,
      });
    }
  }

  async #request(path: string, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    try {
      return await this.#link.request(path, request, signal);
    } catch (cause) {
      signal.throwIfAborted();
      throw new JobError("unreachable", `Cannot reach ${this.#urls.http}: ${reasonOf(cause)}`, { cause });
    }
  }
}

/** What `fetch` fails with says little itself, and in its cause more than people want to read. */
function reasonOf(error: unknown): string {
  const { cause } = error instanceof Error ? error : {};
  const telling = cause instanceof Error ? cause : error;
  const reason = telling instanceof Error ? telling.message : String(telling);
  return reason.replace(/^error sending request for url \([^)]*\): /, "");
}

/** Statuses by which a proxy or a server in trouble asks to be tried again. */
const temporary = [408, 425, 429, 500, 502, 503, 504];

function refusalOf({ response: { status, headers }, text }: HttpAnswer): JobError {
  if (status === 401 || status === 403) return unauthorized();
  const body = parseJson(text);
  const error = isRecord(body) && isRecord(body["error"]) ? body["error"] : {};
  const code = typeof error["code"] === "string" ? error["code"] : undefined;
  const { message } = isRecord(body) ? body : {};
  return new JobError(
    code ?? (status === 404 ? "not_found" : `http_${status}`),
    shown(error["message"], shown(message, `HTTP status ${status}`)),
    {
      retry: temporary.includes(status),
      retryAfterMs: waitOf(headers, error["retry_after_ms"]),
    },
  );
}
