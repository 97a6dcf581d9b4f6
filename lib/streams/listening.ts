import { type Connection, Priority } from "../hub/mod.ts";
import type { Clock, Position } from "../protocol/mod.ts";
import { logger } from "../telemetry/mod.ts";
import { encode } from "./encode.ts";
import type { Listener, Stream } from "./stream.ts";

/** A stream that somebody wants, from where on. */
export interface Wanted {
  readonly stream: Stream;
  readonly position: Position | undefined;
}

const log = logger("streams");

/** The streams that one connection listens to. */
export class Listening {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #listeners = new Map<Stream, Listener>();
  readonly #createListener: (stream: Stream) => Listener;

  constructor(connection: Connection, clock: Clock, createListener: (stream: Stream) => Listener) {
    this.#connection = connection;
    this.#clock = clock;
    this.#createListener = createListener;
  }

  /** How many streams there are. */
  get size(): number {
    return this.#listeners.size;
  }

  /** Listens to a stream, or begins anew. */
  begin({ stream, position }: Wanted): void {
    const listener = this.#listeners.get(stream) ?? this.#createListener(stream);
    this.#listeners.set(stream, listener);
    this.#connection.getReady();
    log.info("Client subscribed to: {stream}", { stream: stream.name, id: this.#connection.id });
    stream.subscribe(listener, position, ({ offset, recovered }) => {
      listener.notify(this.#message("subscribed", stream, { offset, recovered }));
    });
  }

  stop(stream: Stream): void {
    const listener = this.#listeners.get(stream);
    if (listener !== undefined) stream.unsubscribe(listener);
    this.#listeners.delete(stream);
    // As an update, so that it comes after those that were sent before it.
    this.#connection.offer(this.#message("unsubscribed", stream), Priority.update);
  }

  end(): void {
    for (const [stream, listener] of this.#listeners) stream.unsubscribe(listener);
    this.#listeners.clear();
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
