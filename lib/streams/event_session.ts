import { type Connection, Priority, type Session } from "../hub/mod.ts";
import { type Clock, closes } from "../protocol/mod.ts";
import { Listening, type Wanted } from "./listening.ts";
import type { Listener, Stream } from "./stream.ts";

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
    this.#listening = new Listening(connection, clock, {
      createListener: (stream) => this.#createListener(stream),
      // Its client asks again, and learns there why it does not get what it asked for.
      onEnd: () => connection.close(closes.renewed),
    });
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

const encoder = new TextEncoder();
const maxKept = 32;

interface Made {
  readonly id: string | undefined;
  readonly event: Uint8Array<ArrayBuffer>;
}

/** Makes server-sent events of messages, each once for all receivers that stand at the same place. */
export class EventEncoder {
  readonly #made = new Map<string, Made>();

  /**
   * The event of a message, which begins with its `type`. WHATWG HTML, section 9.2.6.
   *
   * @param id where a client that has it goes on
   */
  encode(message: string, id?: string): Uint8Array<ArrayBuffer> {
    const known = this.#made.get(message);
    if (known !== undefined && known.id === id) return known.event;
    const type = /^\{"type":"([\w.:-]+)"/.exec(message)?.[1] ?? "message";
    const idLine = id === undefined ? "" : `id: ${id}\n`;
    const event = encoder.encode(`event: ${type}\n${idLine}data: ${message}\n\n`);
    this.#made.set(message, { id, event });
    const [oldest] = this.#made.size > maxKept ? this.#made.keys() : [];
    if (oldest !== undefined) this.#made.delete(oldest);
    return event;
  }
}
