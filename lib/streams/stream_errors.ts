/** Errors of stream clients, by their code: what the message begins with, and the HTTP status of the same error. Protocol, section 4. */
export const streamErrors = {
  invalid_json: { message: "Invalid JSON", status: 400 },
  invalid_message: { message: "Invalid message", status: 400 },
  unknown_type: { message: "Unknown message type", status: 400 },
  unknown_stream: { message: "Invalid stream name", status: 404 },
  too_many_streams: { message: "Too many streams", status: 400 },
  token_required: { message: "This stream needs a token", status: 401 },
  token_invalid: { message: "Invalid token", status: 403 },
  token_expired: { message: "Token expired", status: 401 },
} as const;

/** The `code` of an error to a stream client. */
export type StreamErrorCode = keyof typeof streamErrors;

/** A stream is not for whoever asks, or not there. */
export class StreamRefusal extends Error {
  override readonly name = "StreamRefusal";
  readonly status: typeof streamErrors[StreamErrorCode]["status"];

  constructor(readonly code: StreamErrorCode, detail?: string) {
    const { message, status } = streamErrors[code];
    super(detail === undefined ? message : `${message}: ${detail}`);
    this.status = status;
  }
}
