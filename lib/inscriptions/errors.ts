/** The HTTP status of each refusal. */
const statuses = {
  invalid_request: 400,
  url_refused: 400,
  unauthorized: 401,
  not_found: 404,
  too_large: 413,
  unsupported_type: 415,
  fetch_failed: 422,
  rate_limited: 429,
  too_many_jobs: 429,
  quota_exceeded: 429,
  ledger_unavailable: 503,
  stopping: 503,
  store_full: 503,
} as const;

/** Why a request is refused. */
type InscriptionErrorCode = keyof typeof statuses;

/** A refusal that whoever asked is told of: its message is fit to be shown. */
export class InscriptionError extends Error {
  override readonly name = "InscriptionError";
  /** The HTTP status of an answer that says so. */
  readonly status: (typeof statuses)[InscriptionErrorCode];
  /** Milliseconds after which the same request may be taken. */
  readonly retryAfterMs: number | undefined;

  constructor(
    readonly code: InscriptionErrorCode,
    message: string,
    options: { cause?: unknown; retryAfterMs?: number } = {},
  ) {
    super(message, { cause: options.cause });
    this.status = statuses[code];
    this.retryAfterMs = options.retryAfterMs;
  }
}
