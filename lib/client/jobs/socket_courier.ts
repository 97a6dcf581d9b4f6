import { sleep } from "../../protocol/clock.ts";
import { Backoff } from "../backoff.ts";
import { isRecord } from "../json.ts";
import { shown } from "../streams/server_message.ts";
import type { Courier, Started } from "./courier.ts";
import type { JobConnection } from "./job_connection.ts";
import { JobError } from "./job_error.ts";
import { readStarted } from "./job_news.ts";
import { startTimeout } from "./job_requests.ts";
import { retryAfterOf } from "./job_socket.ts";
import type { JobWatch } from "./job_watch.ts";
import type { JobSettings } from "./options.ts";
import type { StartMessages } from "./start_request.ts";

const followTimeoutMs = 30_000;
/** Before a payment is told again, where the server names no time. */
const sayAgainMs = 1000;

/** Starts and follows jobs over Socket.IO; their events come by themselves. */
export class SocketCourier implements Courier {
  readonly #settings: JobSettings;
  readonly #connection: JobConnection;
  readonly #started: Started;

  constructor(settings: JobSettings, connection: JobConnection, started: Started) {
    this.#settings = settings;
    this.#connection = connection;
    this.#started = started;
  }

  take(watch: JobWatch, signal: AbortSignal): void {
    this.#attempt(watch, signal, new Backoff(this.#settings.backoff, this.#settings.random));
  }

  /** Tells the server that the job's transaction is executed. */
  sayExecuted(watch: JobWatch, signal: AbortSignal): void {
    this.#connection.ask("inscription-executed", { jobId: watch.jobId }, {
      timeoutMs: followTimeoutMs,
      answered: (answer) => {
        if (signal.aborted) return;
        // A server that does not know this event takes the job as paid without it.
        if (isSuccess(answer) || !refusalOf(answer).retry) watch.owesWord = false;
        else this.#sayAgain(watch, signal, refusalOf(answer).retryAfterMs ?? sayAgainMs);
      },
    });
  }

  #sayAgain(watch: JobWatch, signal: AbortSignal, delayMs: number): void {
    void sleep(this.#settings.clock, delayMs, signal).then(() => {
      if (!signal.aborted) this.sayExecuted(watch, signal);
    });
  }

  #attempt(watch: JobWatch, signal: AbortSignal, backoff: Backoff): void {
    if (signal.aborted) return;
    const refused = (answer: unknown) => this.#refused(watch, signal, backoff, answer);
    if (watch.owesWord) this.sayExecuted(watch, signal);
    if (watch.jobId !== undefined) return this.#follow(watch, watch.jobId, signal, refused);
    if (watch.start !== undefined) this.#start(watch, watch.start, signal, refused);
  }

  #start(
    watch: JobWatch,
    messages: StartMessages,
    signal: AbortSignal,
    refused: (answer: unknown) => void,
  ): void {
    const lost = () => void (watch.lostStarts += 1);
    signal.addEventListener("abort", lost, { once: true });
    this.#connection.ask("start-inscription", messages.socket, {
      timeoutMs: startTimeout(messages),
      answered: (answer) => {
        signal.removeEventListener("abort", lost);
        if (signal.aborted) return;
        const started = isSuccess(answer) ? readStarted(answer) : undefined;
        if (started === undefined) refused(answer);
        else void this.#started(watch, started, answer);
      },
    });
  }

  #follow(watch: JobWatch, jobId: string, signal: AbortSignal, refused: (answer: unknown) => void): void {
    this.#connection.ask("follow-inscription", { jobId, ...watch.position }, {
      timeoutMs: followTimeoutMs,
      answered: (answer) => {
        if (!signal.aborted && !isSuccess(answer)) refused(answer);
      },
    });
  }

  /** A refusal that may be over soon is waited out. */
  #refused(watch: JobWatch, signal: AbortSignal, backoff: Backoff, answer: unknown): void {
    const refusal = refusalOf(answer);
    if (!refusal.retry) return watch.fail(refusal);
    const delayMs = refusal.retryAfterMs ?? backoff.next();
    void sleep(this.#settings.clock, delayMs, signal).then(() => this.#attempt(watch, signal, backoff));
  }
}

function isSuccess(answer: unknown): boolean {
  return isRecord(answer) && answer["success"] === true;
}

function refusalOf(answer: unknown): JobError {
  const { error, code } = isRecord(answer) ? answer : {};
  return new JobError(
    typeof code === "string" ? code : "refused",
    shown(error, "The server's answer cannot be read"),
    { retryAfterMs: retryAfterOf(answer) },
  );
}
