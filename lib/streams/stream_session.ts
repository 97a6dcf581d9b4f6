import { type Connection, Priority, type Session } from "../hub/mod.ts";
import { type Clock, formatTimestamp, parseExact, toPlain, valueBounds } from "../protocol/mod.ts";
import { encode } from "./encode.ts";
import { Listening } from "./listening.ts";
import { PlainListener } from "./plain_listener.ts";
import { readRequest } from "./read_request.ts";
import { type StreamErrorCode, streamErrors } from "./stream_errors.ts";
import type { Streams } from "./streams.ts";
import type { Wanted } from "./wanted.ts";

type Message = Readonly<Record<string, unknown>>;

/** A client that proves nothing: it is welcomed at once, and every message of its own is answered. */
export class StreamSession implements Session {
  readonly #connection: Connection;
  readonly #streams: Streams;
  readonly #clock: Clock;
  readonly #listening: Listening;

  constructor(connection: Connection, streams: Streams, clock: Clock) {
    this.#connection = connection;
    this.#streams = streams;
    this.#clock = clock;
    const listener = new PlainListener(connection);
    this.#listening = new Listening(connection, clock, () => listener);
    this.#reply({
      type: "welcome",
      message: "Connected to The Block real-time data stream",
      available_streams: this.#names(),
      simulated: streams.simulated,
    });
  }

  get mayBeSilent(): boolean {
    return this.#listening.size > 0;
  }

  receive(text: string): void {
    if (text === "ping") return this.#reply({ type: "pong" });
    const message = this.#parse(text);
    if (message !== undefined) this.take(message);
  }

  /** Takes in a parsed message. */
  take(message: unknown): void {
    if (!isMessage(message) || typeof message["type"] !== "string") {
      this.#refuse("invalid_message", `expected an object with a "type"`);
    } else this.#answer(message["type"], message);
  }

  ended(): void {
    this.#listening.end();
  }

  #parse(text: string): unknown {
    try {
      return toPlain(parseExact(text, { maxValues: valueBounds.stranger }));
    } catch (error) {
      if (error instanceof RangeError) this.#refuse("invalid_message", error.message);
      else this.#refuse("invalid_json", undefined);
      return undefined;
    }
  }

  #answer(type: string, message: Message): void {
    switch (type) {
      case "heartbeat":
        return this.#acknowledge(message);
      case "ping":
        return this.#reply({ type: "pong" });
      case "subscribe":
        return this.#each(message, (wanted) => this.#listening.begin(wanted));
      case "unsubscribe":
        return this.#each(message, ({ stream }) => this.#listening.stop(stream));
      default:
        return this.#refuse(
          "unknown_type",
          `"${type.slice(0, 64)}"; a miner authenticates on /ws with its first frame`,
        );
    }
  }

  /** Does something with each stream that a message names; one that is unknown is refused, and keeps none from the others. */
  #each(message: Message, act: (wanted: Wanted) => void): void {
    for (const { name, position } of this.#read(message)) {
      const stream = this.#streams.find(name);
      if (stream === undefined) this.#refuseName(name);
      else act({ stream, position });
    }
  }

  #read(message: Message) {
    try {
      return readRequest(message);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      this.#refuse("invalid_message", error.message);
      return [];
    }
  }

  #acknowledge({ data }: Message): void {
    const { timestamp: echo } = isMessage(data) ? data : {};
    const timestamp = formatTimestamp(this.#clock.now());
    this.#reply({ type: "heartbeat_ack", data: { timestamp, ...(echo === undefined ? {} : { echo }) } });
  }

  #refuse(code: StreamErrorCode, detail: string | undefined): void {
    const message = streamErrors[code];
    this.#reply({ type: "error", code, message: detail === undefined ? message : `${message}: ${detail}` });
  }

  #refuseName(name: string): void {
    const code = "unknown_stream";
    const message = streamErrors[code];
    this.#reply({
      type: "error",
      code,
      message,
      stream: name.slice(0, 64),
      available_streams: this.#names(),
    });
  }

  #names(): string[] {
    return this.#streams.list().map(({ name }) => name);
  }

  #reply(message: object): void {
    const timestamp = Math.floor(this.#clock.now() / 1000);
    this.#connection.offer(encode({ ...message, timestamp }), Priority.reply);
  }
}

function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
