import { type Connection, Priority, type Session } from "../hub/mod.ts";
import type { Clock } from "../protocol/mod.ts";
import type { EventEncoder } from "./event_encoder.ts";
import { Listening } from "./listening.ts";
import type { Listener, Stream } from "./stream.ts";
import type { Wanted } from "./wanted.ts";

/** A client that takes server-sent events and says nothing. WHATWG HTML, section 9.2. */
export class EventSession implements Session {
  readonly mayBeSilent = true;
  readonly #connection: Connection;
  readonly #encoder: EventEncoder;
  readonly #listening: Listening;
  /** Where the client stands in each of its streams, in the order in which it named them; undefined before the first message. */
  readonly #offsets = new Map<Stream, number | undefined>();

  constructor(connection: Connection, encoder: EventEncoder, clock: Clock) {
    this.#connection = connection;
    this.#encoder = encoder;
    this.#listening = new Listening(connection, clock, (stream) => this.#createListener(stream));
  }

  begin(wanted: readonly Wanted[]): void {
    for (const { stream, position } of wanted) this.#offsets.set(stream, position?.offset);
    for (const each of wanted) this.#listening.begin(each);
  }

  receive(): void {}

  ended(): void {
    this.#listening.end();
  }

  #createListener(stream: Stream): Listener {
    return {
      offer: (frame, priority, offset) => {
        this.#offsets.set(stream, offset);
        const id = `${stream.channel.epoch}:${[...this.#offsets.values()].join(".")}`;
        this.#connection.offer(this.#encoder.encode(frame, id), priority);
      },
      notify: (frame) => this.#connection.offer(this.#encoder.encode(frame), Priority.update),
    };
  }
}
