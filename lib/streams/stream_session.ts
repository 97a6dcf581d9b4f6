import { type Connection, Priority, type Session } from "../hub/mod.ts";
import {
  type Clock,
  type ExactObject,
  formatTimestamp,
  isObject,
  parseExact,
  toPlain,
} from "../protocol/mod.ts";

/** Errors of stream clients, by their code. Protocol, section 4. */
const streamErrors = {
  invalid_json: "Invalid JSON",
  invalid_message: "Invalid message",
  unknown_type: "Unknown message type",
  unknown_stream: "Invalid stream name",
} as const;

/** A client that proves nothing: it is welcomed at once, and every message of its own is answered. */
export class StreamSession implements Session {
  readonly #connection: Connection;
  readonly #clock: Clock;

  constructor(connection: Connection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
    this.#send({
      type: "welcome",
      message: "Connected to The Block real-time data stream",
      available_streams: [],
    });
  }

  receive(text: string): void {
    const message = parse(text);
    if (message === null) this.#fail("invalid_json");
    else if (!isObject(message) || typeof message["type"] !== "string") {
      this.#fail("invalid_message", `expected an object with a "type"`);
    } else this.#answer(message["type"], message);
  }

  ended(): void {}

  #answer(type: string, message: ExactObject): void {
    switch (type) {
      case "heartbeat":
        return this.#acknowledge(message);
      case "ping":
        return this.#send({ type: "pong" });
      case "subscribe":
      case "unsubscribe":
        return this.#fail("unknown_stream", "this server offers no streams");
      default:
        return this.#fail(
          "unknown_type",
          `"${type.slice(0, 64)}"; a miner authenticates on /ws with its first frame`,
        );
    }
  }

  #acknowledge({ data }: ExactObject): void {
    const { timestamp: echo } = isObject(data) ? data : {};
    const timestamp = formatTimestamp(this.#clock.now());
    this.#send({
      type: "heartbeat_ack",
      data: { timestamp, ...(echo === undefined ? {} : { echo: toPlain(echo) }) },
    });
  }

  #fail(code: keyof typeof streamErrors, detail?: string): void {
    const message = streamErrors[code];
    this.#send({ type: "error", code, message: detail === undefined ? message : `${message}: ${detail}` });
  }

  #send(message: Record<string, unknown>): void {
    const timestamp = Math.floor(this.#clock.now() / 1000);
    this.#connection.offer(JSON.stringify({ ...message, timestamp }), Priority.reply);
  }
}

function parse(text: string) {
  try {
    return parseExact(text);
  } catch {
    return null;
  }
}
