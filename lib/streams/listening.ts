import { type Connection, Priority } from "../hub/mod.ts";
import type { Clock, Position, Timer } from "../protocol/mod.ts";
import { logger } from "../telemetry/mod.ts";
import { encode } from "./encode.ts";
import type { Listener, Stream } from "./stream.ts";
import type { StreamErrorCode } from "./stream_errors.ts";

/** A stream that somebody wants, and may have. */
export interface Wanted {
  readonly stream: Stream;
  /** From where on. */
  readonly position: Position | undefined;
  /** When that ends, in milliseconds since the Unix epoch; undefined: never. */
  readonly until?: number | undefined;
}

const log = logger("streams");
/** Milliseconds that a timer takes at most; nobody is connected for so long. */
const longest = 2 ** 31 - 1;

/** The streams that one connection listens to. */
export class Listening {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #listeners = new Map<Stream, Listener>();
  /** When the client may listen no more. */
  readonly #ends = new Map<Stream, Timer>();
  readonly #createListener: (stream: Stream) => Listener;
  readonly #onEnd: (stream: Stream, code: StreamErrorCode) => void;

  constructor(
    connection: Connection,
    clock: Clock,
    { createListener, onEnd }: {
      createListener(stream: Stream): Listener;
      /** Called when the server has ended the subscription to a stream. */
      onEnd(stream: Stream, code: StreamErrorCode): void;
    },
  ) {
    this.#connection = connection;
    this.#clock = clock;
    this.#createListener = createListener;
    this.#onEnd = onEnd;
  }

  /** How many streams there are. */
  get size(): number {
    return this.#listeners.size;
  }

  /** Listens to a stream, or begins anew. */
  begin({ stream, position, until }: Wanted): void {
    const listener = this.#listeners.get(stream) ?? this.#createListener(stream);
    this.#listeners.set(stream, listener);
    this.#connection.getReady();
    log.info("Client subscribed to: {stream}", { stream: stream.name, id: this.#connection.id });
    this.#limit(stream, until);
    stream.subscribe(listener, {
      position,
      greet: ({ offset, recovered }) => {
        listener.notify(this.#message("subscribed", stream, { offset, recovered }));
      },
      ended: () => this.#end(stream, "unknown_stream"),
    });
  }

  #limit(stream: Stream, until: number | undefined): void {
    this.#ends.get(stream)?.cancel();
    this.#ends.delete(stream);
    if (until === undefined) return;
    const left = Math.min(longest, until - this.#clock.now());
    this.#ends.set(stream, this.#clock.after(left, () => this.#end(stream, "token_expired")));
  }

  #end(stream: Stream, code: StreamErrorCode): void {
    this.#leave(stream);
    this.#onEnd(stream, code);
  }

  #leave(stream: Stream): void {
    const listener = this.#listeners.get(stream);
    if (listener !== undefined) stream.unsubscribe(listener);
    this.#listeners.delete(stream);
    this.#limit(stream, undefined);
  }

  has(stream: Stream): boolean {
    return this.#listeners.has(stream);
  }

  /** The stream of that name that is listened to. */
  find(name: string): Stream | undefined {
    return this.#listeners.keys().find((stream) => stream.name === name);
  }

  stop(stream: Stream): void {
    this.#leave(stream);
    // As an update, so that it comes after those that were sent before it.
    this.#connection.offer(this.#message("unsubscribed", stream), Priority.update);
  }

  end(): void {
    for (const stream of [...this.#listeners.keys()]) this.#leave(stream);
  }

  #message(type: string, { name, channel: { epoch, offset } }: Stream, more: object = {}): string {
    const timestamp = Math.floor(this.#clock.now() / 1000);
    return encode({ type, stream: name, epoch, offset, ...more, timestamp });
  }
}

/** Hands messages to a connection as they are; one for all streams that it listens to. */
export class PlainListener implements Listener {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  offer(frame: string, priority: Priority): void {
    this.#connection.offer(frame, priority);
  }

  notify(frame: string): void {
    this.#connection.offer(frame, Priority.update);
  }
}
