import { type Connection, Priority, type Session } from "../hub/mod.ts";
import {
  type Clock,
  type FromClient,
  heartbeatAck,
  longestStreamName,
  type MessageEntry,
  parseExact,
  streamConversation,
  toPlain,
  valueBounds,
} from "../protocol/mod.ts";
import { encode } from "./encode.ts";
import { Listening, PlainListener } from "./listening.ts";
import { isPageStream, PageListening, type PageStreamName, pageStreamNames } from "./page_streams.ts";
import { readRequest, type Requested } from "./read_request.ts";
import { type StreamErrorCode, streamErrors, StreamRefusal } from "./stream_errors.ts";
import type { Streams } from "./streams.ts";

/** Streams that one connection may listen to at once. */
const maxListened = 128;

type Message = Readonly<Record<string, unknown>>;

/** Messages of clients that have a `type`; The Block's page names a `method` instead. */
type Request = Exclude<FromClient<typeof streamConversation>, "state_stream_call">;

/** Which message has a `type`, as its example in the protocol says. */
const requests = new Map(
  (Object.entries(streamConversation.messages) as [string, MessageEntry][])
    .filter(([, { from }]) => from === "client")
    .map(([name, { kind: { example } }]) => [(example as Message)["type"], name as Request]),
);

/** A client that proves nothing; every message of its own is answered. */
export class StreamSession implements Session {
  readonly family = "streams";
  readonly #connection: Connection;
  readonly #streams: Streams;
  readonly #clock: Clock;
  readonly #listening: Listening;
  readonly #page: PageListening;
  readonly #handlers: Readonly<Record<Request, (message: Message) => void>> = {
    subscribe: (message) => this.#each(message, (requested) => this.#subscribe(requested)),
    unsubscribe: (message) => this.#each(message, ({ name }) => this.#unsubscribe(name)),
    // With the time that the client named, by which it tells how long this took.
    ping: ({ timestamp }) =>
      this.#reply({ type: "pong" }, typeof timestamp === "number" ? timestamp : undefined),
    stream_heartbeat: ({ data }) => this.#acknowledge(data),
  };

  constructor(connection: Connection, streams: Streams, clock: Clock) {
    this.#connection = connection;
    this.#streams = streams;
    this.#clock = clock;
    const listener = new PlainListener(connection);
    this.#listening = new Listening(connection, clock, {
      createListener: () => listener,
      onEnd: ({ name }, code) => this.#tellEnd(name, code),
    });
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
    const request = requests.get(type);
    if (request !== undefined) return this.#handlers[request](message);
    const shown = type.slice(0, longestStreamName);
    this.#refuse("unknown_type", `"${shown}"; a miner authenticates on /ws with its first frame`);
  }

  /** Calls of The Block's page as it is; what it subscribes to comes without an answer, which it does not expect. */
  #call(method: string, { params, id }: Message): void {
    const act = calls.get(method);
    if (act === undefined) {
      const known = [...calls.keys()].join(" or ");
      return this.#refuse(
        "unknown_type",
        `method "${method.slice(0, longestStreamName)}", expected ${known}`,
        { id },
      );
    }
    if (!Array.isArray(params) || params.length > pageStreamNames.length) {
      return this.#refuse("invalid_message", "params: expected a list with a stream's name", { id });
    }
    for (const name of params) {
      if (isPageStream(name)) act(this.#page, name);
      else this.#refuseName(String(name), pageStreamNames, { id });
    }
  }

  /** Does something with each stream that a message names; one that is refused keeps none from the others. */
  #each(message: Message, act: (requested: Requested) => void): void {
    for (const requested of this.#read(message)) {
      try {
        act(requested);
      } catch (error) {
        if (!(error instanceof StreamRefusal)) throw error;
        this.#tellRefusal(requested.name, error);
      }
    }
  }

  #read(message: Message): Requested[] {
    try {
      return readRequest(message);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      this.#refuse("invalid_message", error.message);
      return [];
    }
  }

  /** Throws a {@link StreamRefusal}. */
  #subscribe(requested: Requested): void {
    const wanted = this.#streams.admit(requested);
    const isMore = !this.#listening.has(wanted.stream);
    if (isMore && this.#listening.size >= maxListened) {
      throw new StreamRefusal("too_many_streams", `at most ${maxListened} on a connection`);
    }
    this.#listening.begin(wanted);
  }

  /** Throws a {@link StreamRefusal}. */
  #unsubscribe(name: string): void {
    const stream = this.#listening.find(name) ?? this.#streams.find(name);
    if (stream === undefined) throw new StreamRefusal("unknown_stream");
    this.#listening.stop(stream);
  }

  #tellRefusal(name: string, { code, message }: StreamRefusal): void {
    if (code === "unknown_stream") return this.#refuseName(name, this.#names());
    this.#reply({ type: "error", code, message, stream: name.slice(0, longestStreamName) });
  }

  /** After all that was sent before. */
  #tellEnd(stream: string, code: StreamErrorCode): void {
    const timestamp = this.#seconds();
    const { message } = streamErrors[code];
    this.#connection.offer(encode({ type: "error", code, message, stream, timestamp }), Priority.update);
  }

  #acknowledge(data: unknown): void {
    const { timestamp: echo } = isMessage(data) ? data : {};
    this.#reply(heartbeatAck.make(this.#clock.now(), echo));
  }

  #refuse(code: StreamErrorCode, detail: string | undefined, more: object = {}): void {
    this.#reply({ type: "error", code, message: new StreamRefusal(code, detail).message, ...more });
  }

  #refuseName(name: string, available_streams: readonly string[], more: object = {}): void {
    this.#refuse("unknown_stream", undefined, {
      stream: name.slice(0, longestStreamName),
      available_streams,
      ...more,
    });
  }

  #names(): string[] {
    return this.#streams.list().map(({ name }) => name);
  }

  #seconds(): number {
    return Math.floor(this.#clock.now() / 1000);
  }

  #reply(message: object, timestamp = this.#seconds()): void {
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
