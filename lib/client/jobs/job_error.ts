/** Refusals that may be over in a while: the same request can be made again. */
const temporaryCodes: readonly string[] = [
  "too_many_jobs",
  "store_full",
  "rate_limited",
  "max_connections",
  "ledger_unavailable",
  "stopping",
  "server_closing",
  "unreachable",
  "no_answer",
];

/** Why there is no inscription, or no word of one. The message is fit to be shown. */
export class JobError extends Error {
  /** What tells it from other errors. */
  override readonly name = "JobError";
  /**
   * The server's word for what is wrong, or one of the client's own: `unauthorized` (the API key is wrong or revoked),
   * `not_found` (this key has no such job), `job_failed` (it ended without an inscription), `unreachable`, `no_answer`,
   * `payment_failed`, `closed`.
   */
  readonly code: string;
  /** Whether the same may succeed later. */
  readonly retry: boolean;
  /** Milliseconds after which the server wants to be asked again. */
  readonly retryAfterMs: number | undefined;

  /** `code` is the gateway's, or one of the client's own. */
  constructor(
    code: string,
    message: string,
    { cause, retry, retryAfterMs }: { cause?: unknown; retry?: boolean; retryAfterMs?: number | undefined } =
      {},
  ) {
    super(message, { cause });
    this.code = code;
    this.retry = retry ?? temporaryCodes.includes(code);
    this.retryAfterMs = retryAfterMs;
  }
}

/** What a rejected API key is answered with, by either transport. */
export function unauthorized(): JobError {
  return new JobError("unauthorized", "Invalid API key");
}

/** Why something went wrong, as those are told who follow a job. */
export function jobErrorOf(error: unknown): JobError {
  return error instanceof JobError ? error : new JobError("refused", String(error));
}
