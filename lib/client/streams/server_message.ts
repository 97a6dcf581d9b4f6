import { fits, type Shape, type StreamMessage, streams } from "../../protocol/streams.ts";
import { milliseconds } from "../http_requests.ts";
import { isRecord } from "../json.ts";
import type { Beginning } from "./positions.ts";

/** What the server did not take, or why it is about to close. */
export interface ServerError {
  readonly code: string;
  readonly message: string;
  readonly stream: string | undefined;
  readonly retryAfterMs: number | undefined;
}

/** What a server says of itself. */
export interface ServerWelcome {
  /** Whether its data is made up. */
  readonly simulated: boolean | undefined;
  /** The streams that it names. */
  readonly available: readonly string[] | undefined;
}

/** Codes of errors that are about one stream, which the server does not send. */
export const streamRefusals: readonly string[] = [
  "unknown_stream",
  "too_many_streams",
  "token_required",
  "token_invalid",
  "token_expired",
];

/** A message of a stream server that was checked. Protocol, section 4. */
export type ServerMessage =
  | { readonly kind: "data"; readonly message: StreamMessage }
  | { readonly kind: "welcome"; readonly welcome: ServerWelcome }
  | { readonly kind: "subscribed"; readonly stream: string; readonly beginning: Beginning }
  | { readonly kind: "status"; readonly stream: string; readonly stale: string | undefined }
  | { readonly kind: "error"; readonly error: ServerError }
  /** A sign of life that says no more. */
  | { readonly kind: "other" };

type Fields = Readonly<Record<string, unknown>>;
type Reader = (fields: Fields) => ServerMessage | undefined;

const other: ServerMessage = { kind: "other" };
const longestText = 500;

/** A text of a server, cut to a length that can be shown. */
export function shown(value: unknown, otherwise: string): string {
  return typeof value === "string" && value !== "" ? value.slice(0, longestText) : otherwise;
}

/** Whether a value can be a publication's number. */
export function isOffset(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

const readers: Readonly<Record<string, Reader>> = {
  welcome: ({ simulated, available_streams }) => ({
    kind: "welcome",
    welcome: readWelcome(simulated, available_streams),
  }),
  subscribed: ({ stream, epoch, offset, recovered }) => {
    if (typeof stream !== "string" || typeof epoch !== "string" || !isOffset(offset)) return undefined;
    const beginning = { epoch, offset, recovered: typeof recovered === "boolean" ? recovered : null };
    return { kind: "subscribed", stream, beginning };
  },
  stream_status: ({ stream, status, message }) => {
    if (typeof stream !== "string") return undefined;
    return { kind: "status", stream, stale: staleness(status, message) };
  },
  error: ({ code, message, stream, retry_after_ms }) => ({
    kind: "error",
    error: {
      code: shown(code, "unknown"),
      message: shown(message, "Unknown error"),
      stream: typeof stream === "string" ? stream : undefined,
      retryAfterMs: milliseconds(retry_after_ms),
    },
  }),
  unsubscribed: () => other,
  pong: () => other,
};

/** Names that are kept of a server at most. */
const mostNames = 256;

/** What a server says of itself, as far as it can be used. */
export function readWelcome(simulated: unknown, names: unknown): ServerWelcome {
  const isText = (name: unknown): name is string => typeof name === "string" && name.length <= 64;
  return {
    simulated: typeof simulated === "boolean" ? simulated : undefined,
    available: Array.isArray(names) ? names.slice(0, mostNames).filter(isText) : undefined,
  };
}

/** What to say of a stream whose status this is; undefined when its source is there. */
export function staleness(status: unknown, message?: unknown): string | undefined {
  return status === "stale" ? shown(message, "The source does not answer") : undefined;
}

/** Reads one message; undefined when it is none that can be used. */
export function readServerMessage(value: unknown): ServerMessage | undefined {
  if (!isRecord(value) || typeof value["type"] !== "string") return undefined;
  const { type } = value;
  const reader = Object.hasOwn(readers, type) ? readers[type] : undefined;
  if (reader !== undefined) return reader(value);
  const message = readStreamMessage(value);
  if (message !== undefined) return { kind: "data", message };
  return "data" in value ? undefined : other;
}

/** Whether data has the fields that its stream promises. Streams that this client does not know promise an object. */
export function hasShape(stream: string, data: unknown): boolean {
  const shape: Shape | undefined = Object.hasOwn(streams, stream)
    ? streams[stream as keyof typeof streams].data
    : undefined;
  return shape === undefined ? isRecord(data) : fits(shape, data);
}

/** Reads a message with a stream's data; undefined when it is none. */
export function readStreamMessage(value: unknown): StreamMessage | undefined {
  if (!isRecord(value)) return undefined;
  const { type, data, timestamp, offset } = value;
  if (typeof type !== "string" || typeof timestamp !== "number" || !isOffset(offset)) return undefined;
  return hasShape(type, data) ? value as unknown as StreamMessage : undefined;
}
