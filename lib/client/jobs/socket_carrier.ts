import { Backoff } from "../reconnector.ts";
import { persist } from "../http_requests.ts";
import { isRecord } from "../json.ts";
import { shown } from "../streams/server_message.ts";
import type { Carrier, JobWatch, Started } from "./job_watch.ts";
import type { JobConnection } from "./job_connection.ts";
import { JobError, jobErrorOf } from "./job_error.ts";
import { type JobPosition, readStarted } from "./job_news.ts";
import { startTimeout } from "./job_requests.ts";
import { retryAfterOf } from "./job_socket.ts";
import type { JobSettings } from "./options.ts";
import type { StartMessages } from "./start_request.ts";

/** How long an acknowledgement may take, where the server fetches nothing for it. */
const waitMs = 30_000;

/** Starts and follows jobs over Socket.IO; their events come by themselves. */
export class SocketCarrier implements Carrier {
  readonly #settings: JobSettings;
  readonly #connection: JobConnection;
  readonly #started: Started;

  constructor(settings: JobSettings, connection: JobConnection, started: Started) {
    this.#settings = settings;
    this.#connection = connection;
    this.#started = started;
  }

  take(watch: JobWatch, signal: AbortSignal): void {
    this.#persist(signal, () => this.#act(watch, signal), (refusal) => watch.fail(refusal));
  }

  /** Tells the server that the job's transaction is executed. */
  sayExecuted(watch: JobWatch, signal: AbortSignal): void {
    const done = () => void (watch.owesWord = false);
    this.#persist(signal, async () => {
      await this.#ask("inscription-executed", { jobId: watch.jobId }, waitMs, signal);
      done();
      // A server that does not know this event takes the job as paid without it.
    }, done);
  }

  /** Does it again as long as what refuses it may be over soon. */
  #persist(signal: AbortSignal, act: () => Promise<void>, refused: (refusal: JobError) => void): void {
    const { clock, backoff, random } = this.#settings;
    const turn = () => act().then(() => Infinity);
    const failed = (error: unknown) => {
      const refusal = jobErrorOf(error);
      if (!refusal.retry) refused(refusal);
      return refusal.retry ? refusal.retryAfterMs : Infinity;
    };
    void persist(turn, { clock, backoff: new Backoff(backoff, random), signal, failed });
  }

  async #act(watch: JobWatch, signal: AbortSignal): Promise<void> {
    if (watch.owesWord) this.sayExecuted(watch, signal);
    if (watch.jobId !== undefined) await this.#follow(watch.jobId, watch.position, signal);
    else if (watch.start !== undefined) await this.#start(watch, watch.start, signal);
  }

  async #start(watch: JobWatch, messages: StartMessages, signal: AbortSignal): Promise<void> {
    // Whoever ends this looks at once at how many were lost.
    const lost = () => void (watch.lostStarts += 1);
    signal.addEventListener("abort", lost, { once: true });
    const asked = this.#ask(
      "start-inscription",
      messages.socket,
      startTimeout(messages),
      signal,
      (answer) => {
        const started = readStarted(answer);
        if (started === undefined) throw refusalOf(answer);
        void this.#started(watch, started, answer);
      },
    );
    await asked.finally(() => signal.removeEventListener("abort", lost));
  }

  async #follow(jobId: string, position: JobPosition | undefined, signal: AbortSignal): Promise<void> {
    await this.#ask("follow-inscription", { jobId, ...position }, waitMs, signal);
  }

  /**
   * Resolves when the server has acknowledged, and `taken` has taken its answer: in the same turn, since events of the job may
   * come with it. Rejects with a refusal, with what `taken` throws, and when the signal aborts.
   */
  #ask(
    event: string,
    payload: unknown,
    timeoutMs: number,
    signal: AbortSignal,
    taken: (answer: unknown) => void = () => {},
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = () => reject(signal.reason);
      signal.addEventListener("abort", stop, { once: true });
      this.#connection.ask(event, payload, {
        timeoutMs,
        answered: (answer) => {
          signal.removeEventListener("abort", stop);
          if (signal.aborted) return;
          try {
            if (!isSuccess(answer)) throw refusalOf(answer);
            taken(answer);
            resolve();
          } catch (error) {
            reject(error);
          }
        },
      });
    });
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
