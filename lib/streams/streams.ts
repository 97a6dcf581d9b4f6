import type { ChannelSettings, Connection } from "../hub/mod.ts";
import { type Clock, streamNames } from "../protocol/mod.ts";
import type { StreamDefinition } from "./definition.ts";
import { EventEncoder } from "./event_encoder.ts";
import { EventSession } from "./event_session.ts";
import type { ChainNode } from "./node.ts";
import { Stream } from "./stream.ts";
import { StreamSession } from "./stream_session.ts";
import { Timetable } from "./timetable.ts";
import type { Wanted } from "./wanted.ts";

/** All streams of a gateway, by name. */
export class Streams {
  /** The same for all streams, another one after every start. */
  readonly epoch = crypto.randomUUID().slice(0, 8);
  readonly #node: ChainNode;
  readonly #clock: Clock;
  readonly #streams: ReadonlyMap<string, Stream>;
  readonly #events = new EventEncoder();

  constructor(options: {
    node: ChainNode;
    clock: Clock;
    settings: ChannelSettings;
    definitions: readonly StreamDefinition[];
  }) {
    const { node, clock, settings, definitions } = options;
    this.#node = node;
    this.#clock = clock;
    const timetable = new Timetable(clock);
    this.#streams = new Map(
      definitions.map((definition) => [
        definition.name,
        new Stream(definition, { node, clock: timetable, epoch: this.epoch, settings }),
      ]),
    );
  }

  /** Whether the data is made up. */
  get simulated(): boolean {
    return this.#node.simulated;
  }

  find(name: string): Stream | undefined {
    return this.#streams.get(name);
  }

  /** Every stream, whoever defined it. */
  all(): Iterable<Stream> {
    return this.#streams.values();
  }

  /** The streams that the protocol names. */
  list(): readonly Stream[] {
    return streamNames.flatMap((name) => this.find(name) ?? []);
  }

  /** Serves a connection whose client asks for what it wants. */
  createSession(connection: Connection): StreamSession {
    connection.family = "streams";
    return new StreamSession(connection, this, this.#clock);
  }

  /** Serves a server-sent event stream. */
  serveEvents(connection: Connection, wanted: readonly Wanted[]): void {
    const session = new EventSession(connection, this.#events, this.#clock);
    connection.session = session;
    session.begin(wanted);
  }

  close(): void {
    for (const stream of this.#streams.values()) stream.stop();
    this.#node.close();
  }
}
