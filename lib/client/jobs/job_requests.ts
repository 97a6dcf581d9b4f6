import { HttpRefusal, type HttpRequest, HttpRequests } from "../http_requests.ts";
import { JobError, unauthorized } from "./job_error.ts";
import { type JobServers, readServers } from "./job_servers.ts";
import type { JobSettings } from "./options.ts";
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
  readonly #http: HttpRequests;
  readonly #server: string;
  readonly #apiKey: string;

  constructor(settings: Pick<JobSettings, "clock" | "fetch" | "urls" | "apiKey">) {
    this.#server = settings.urls.http;
    this.#http = new HttpRequests(settings, `${this.#server}/inscriptions`);
    this.#apiKey = settings.apiKey;
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
    const text = await this.#text(path, { ...request, headers }, signal);
    try {
      return JSON.parse(text);
    } catch (cause) {
      const message = `Cannot use what ${this.#server} answers: it is not JSON`;
      throw new JobError("unreachable", message, { cause });
    }
  }

  async #text(path: string, request: HttpRequest, signal: AbortSignal): Promise<string> {
    try {
      return await this.#http.ask(path, request, signal);
    } catch (cause) {
      signal.throwIfAborted();
      if (cause instanceof HttpRefusal) throw refusalOf(cause);
      throw new JobError("unreachable", `Cannot reach ${this.#server}: ${reasonOf(cause)}`, { cause });
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

function refusalOf({ status, code, message, retryAfterMs }: HttpRefusal): JobError {
  if (status === 401 || status === 403) return unauthorized();
  const retry = temporary.includes(status);
  return new JobError(code ?? (status === 404 ? "not_found" : `http_${status}`), message, {
    retry,
    retryAfterMs,
  });
}
