/** What became of something that the database was asked for. */
type FailureKind =
  /** It was not done; another attempt may meet nobody in its way. */
  | "conflict"
  /** It was not done. */
  | "refused"
  /** There is no way to the database, or nobody knows whether it was done. */
  | "unknown";

/** Why the database did not do something. Its message never holds values or passwords. */
export class DatabaseFailure extends Error {
  override readonly name = "DatabaseFailure";

  constructor(message: string, readonly kind: FailureKind, readonly code?: string) {
    super(message);
  }

  /** Whether the connection that it came over is of no use any more. */
  get endsConnection(): boolean {
    return this.kind === "unknown";
  }
}

const conflicts = new Set(["40001", "40P01"]);
/** The database shuts down, or is none that takes writes. */
const departures = /^(?:08|57P|25006|25P0[34])/;

/** Reads what the driver threw. */
export function failureOf(error: unknown): DatabaseFailure {
  if (error instanceof DatabaseFailure) return error;
  const { code, message } = error as { code?: unknown; message?: unknown };
  const state = typeof code === "string" ? code : undefined;
  const words = String(message ?? error);
  // The system's own codes, such as EPIPE, have no digit.
  if (state === undefined || !/^(?=.*\d)[0-9A-Z]{5}$/.test(state)) {
    return new DatabaseFailure(words, "unknown", state);
  }
  const kind = conflicts.has(state) ? "conflict" : departures.test(state) ? "unknown" : "refused";
  return new DatabaseFailure(`${words} (${state})`, kind, state);
}
