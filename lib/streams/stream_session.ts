import { type Connection, Priority, type Session } from "../hub/mod.ts";
import { type Clock, formatTimestamp, parseExact, toPlain, valueBounds } from "../protocol/mod.ts";
import { encode } from "./encode.ts";
import { Listening, PlainListener, type Wanted } from "./listening.ts";
import { isPageStream, PageListening, type PageStreamName, pageStreamNames } from "./page_streams.ts";
import { readRequest } from "./read_request.ts";
import { type StreamErrorCode, streamErrors } from "./stream_errors.ts";
import type { Streams } from "./streams.ts";

const longestName = 64;

type Message = Readonly<Record<string, unknown>>;

/** A client that proves nothing; every message of its own is answered. */
export class StreamSession implements Session {
  readonly family = "streams";
  readonly #connection: Connection;
  readonly #streams: Streams;
  readonly #clock: Clock;
  readonly #listening: Listening;
  readonly #page: PageListening;

  constructor(connection: Connection, streams: Streams, clock: Clock) {
    this.#connection = connection;
    this.#streams = streams;
    this.#clock = clock;
    const listener = new PlainListener(connection);
    this.#listening = new Listening(connection, clock, () => listener);
    this.#page = new PageListening(connection, streams);
  }

  welcome(): void {
    this.#reply({
      type: "welcome",
      message: "Connected to The Block real-time data stream",
      available_streams: this.#names(),
      simulated: this.#streams.simulated,
    });
  }

  get mayBeSilent(): boolean {
    return this.#listening.size + this.#page.size > 0;
  }

  receive(text: string): void {
    if (text === "ping") return this.#reply({ type: "pong" });
    const message = this.#parse(text);
    if (message !== undefined) this.take(message);
  }

  /** Takes in a parsed message. */
  take(message: unknown): void {
    const { type, method, ...rest } = isMessage(message) ? message : {};
    if (typeof type === "string") this.#answer(type, rest);
    else if (typeof method === "string") this.#call(method, rest);
    else this.#refuse("invalid_message", `expected an object with a "type"`);
  }

  ended(): void {
    this.#listening.end();
    this.#page.end();
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
        return this.#pong(message);
      case "subscribe":
        return this.#each(message, (wanted) => this.#listening.begin(wanted));
      case "unsubscribe":
        return this.#each(message, ({ stream }) => this.#listening.stop(stream));
      default:
        return this.#refuse(
          "unknown_type",
          `"${type.slice(0, longestName)}"; a miner authenticates on /ws with its first frame`,
        );
    }
  }

  /** Calls of The Block's page as it is; what it subscribes to comes without an answer, which it does not expect. */
  #call(method: string, { params, id }: Message): void {
    const act = calls.get(method);
    if (act === undefined) {
      const known = [...calls.keys()].join(" or ");
      return this.#refuse("unknown_type", `method "${method.slice(0, longestName)}", expected ${known}`, {
        id,
      });
    }
    if (!Array.isArray(params) || params.length > pageStreamNames.length) {
      return this.#refuse("invalid_message", "params: expected a list with a stream's name", { id });
    }
    for (const name of params) {
      if (isPageStream(name)) act(this.#page, name);
      else this.#refuseName(String(name), pageStreamNames, { id });
    }
  }

  /** With the time that the client named, by which it tells how long this took. */
  #pong({ timestamp }: Message): void {
    this.#reply({ type: "pong" }, typeof timestamp === "number" ? timestamp : undefined);
  }

  /** Does something with each stream that a message names; one that is unknown is refused, and keeps none from the others. */
  #each(message: Message, act: (wanted: Wanted) => void): void {
    for (const { name, position } of this.#read(message)) {
      const stream = this.#streams.find(name);
      if (stream === undefined) this.#refuseName(name, this.#names());
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

  #refuse(code: StreamErrorCode, detail: string | undefined, more: object = {}): void {
    const message = streamErrors[code];
    const text = detail === undefined ? message : `${message}: ${detail}`;
    this.#reply({ type: "error", code, message: text, ...more });
  }

  #refuseName(name: string, available_streams: readonly string[], more: object = {}): void {
    this.#refuse("unknown_stream", undefined, {
      stream: name.slice(0, longestName),
      available_streams,
      ...more,
    });
  }

  #names(): string[] {
    return this.#streams.list().map(({ name }) => name);
  }

  #reply(message: object, timestamp = Math.floor(this.#clock.now() / 1000)): void {
    this.#connection.offer(encode({ ...message, timestamp }), Priority.reply);
  }
}

const calls = new Map<string, (page: PageListening, name: PageStreamName) => void>([
  ["state_stream.subscribe", (page, name) => page.begin(name)],
  ["state_stream.unsubscribe", (page, name) => page.stop(name)],
]);

function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
