import type { ChannelSettings, Connection } from "../hub/mod.ts";
import { type Clock, streamNames, together } from "../protocol/mod.ts";
import type { Followers, Lease, Store } from "../engine/mod.ts";
import { Commits, LoggedPast, UnkeptPast } from "./past.ts";
import type { StreamDefinition } from "./definition.ts";
import { EventEncoder, EventSession } from "./event_session.ts";
import type { ChainNode } from "./node.ts";
import { PageFrames } from "./page_streams.ts";
import { PolledStream } from "./polled_stream.ts";
import type { Stream } from "./stream.ts";
import { StreamSession } from "./stream_session.ts";
import { Timetable } from "./poller.ts";
import type { Wanted } from "./listening.ts";

/** All streams of a gateway, by name. */
export class Streams {
  /** The store's own, the same for all streams. */
  readonly epoch: string;
  readonly #node: ChainNode;
  readonly #clock: Clock;
  readonly #streams: ReadonlyMap<string, Stream>;
  readonly #events = new EventEncoder();
  /** What is told in The Block's page's own words. */
  readonly pageFrames = new PageFrames();

  constructor(options: {
    store: Pick<Store, "transact">;
    followers: Followers;
    node: ChainNode;
    clock: Clock;
    settings: ChannelSettings;
    definitions: readonly StreamDefinition[];
    /** Of polling a stream for all servers of the store; without it this one polls for itself. */
    leaseOf?: (name: string) => Lease;
  }) {
    const { store, followers, followers: { log }, node, clock, settings, definitions } = options;
    this.epoch = log.epoch;
    this.#node = node;
    this.#clock = clock;
    const timetable = new Timetable(clock);
    const commits = new Commits(store);
    const pastOf = ({ name, isFleeting }: StreamDefinition) =>
      isFleeting ? new UnkeptPast(name, log, store) : new LoggedPast(name, followers, commits);
    this.#streams = new Map(
      definitions.map((definition) => [
        definition.name,
        new PolledStream(definition, {
          node,
          clock: timetable,
          past: pastOf(definition),
          settings,
          lease: definition.isFleeting ? undefined : options.leaseOf?.(definition.name),
        }),
      ]),
    );
  }

  /** Takes over what is stored. */
  async start(): Promise<void> {
    await together([...this.#streams.values()].map((stream) => stream.load()));
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

  /** Serves a connection whose client asks for what it wants, and welcomes it. */
  serve(connection: Connection): StreamSession {
    const session = this.servePage(connection);
    session.welcome();
    return session;
  }

  /** The same for a client that has called a method, as The Block's page does, which expects no welcome. */
  servePage(connection: Connection): StreamSession {
    const session = new StreamSession(connection, this, this.#clock);
    connection.begin(session);
    return session;
  }

  /** Serves a server-sent event stream. */
  serveEvents(connection: Connection, wanted: readonly Wanted[]): void {
    const session = new EventSession(connection, this.#events, this.#clock);
    connection.begin(session);
    session.begin(wanted);
  }

  /** Polls no more, and has another server of the store do it at once where it did so for all. Never rejects. */
  async leave(): Promise<void> {
    for (const stream of this.#streams.values()) stream.stop();
    await Promise.all([...this.#streams.values()].map((stream) => stream.leave()));
  }

  close(): void {
    for (const stream of this.#streams.values()) stream.stop();
    this.#node.close();
  }
}
