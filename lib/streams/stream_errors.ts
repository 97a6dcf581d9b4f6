/** Errors of stream clients, by their code. Protocol, section 4. */
export const streamErrors = {
  invalid_json: "Invalid JSON",
  invalid_message: "Invalid message",
  unknown_type: "Unknown message type",
  unknown_stream: "Invalid stream name",
} as const;

/** The `code` of an error to a stream client. */
export type StreamErrorCode = keyof typeof streamErrors;
