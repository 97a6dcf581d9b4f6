import type { ChannelSettings, Connection } from "../hub/mod.ts";
import { type Clock, type Declaration, streamNames, together } from "../protocol/mod.ts";
import type { Followers, Lease, Store } from "../engine/mod.ts";
import { Commits, LoggedPast, UnkeptPast } from "./past.ts";
import { DeclaredStreams } from "./declared_streams.ts";
import type { StreamDefinition } from "./definition.ts";
import { EventEncoder, EventSession } from "./event_session.ts";
import { NamedStreams } from "./named_streams.ts";
import type { ChainNode } from "./node.ts";
import { PageFrames } from "./page_streams.ts";
import { PolledStream } from "./polled_stream.ts";
import type { Stream } from "./stream.ts";
import { StreamAccess } from "./stream_access.ts";
import { StreamRefusal } from "./stream_errors.ts";
import { StreamSession } from "./stream_session.ts";
import { Timetable } from "./poller.ts";
import type { Requested } from "./read_request.ts";
import type { Wanted } from "./listening.ts";

/** A stream of the operator's own that is polled, with what was declared. */
interface OwnDefinition extends StreamDefinition {
  readonly declaration: Declaration;
}

/** A stream of the operator's own, whichever way its values come. */
export interface OwnStream {
  readonly stream: Stream;
  readonly declaration: Declaration;
}

/** All streams of a gateway, by name. */
export class Streams {
  /** The store's own, the same for all streams. */
  readonly epoch: string;
  readonly access: StreamAccess;
  /** Those that back ends publish to. */
  readonly declared: DeclaredStreams;
  /** Those that back ends publish to without declaring them. */
  readonly named: NamedStreams;
  readonly #node: ChainNode;
  readonly #clock: Clock;
  readonly #polled: ReadonlyMap<string, Stream>;
  readonly #own: ReadonlyMap<string, Declaration>;
  readonly #events = new EventEncoder();
  /** What is told in The Block's page's own words. */
  readonly pageFrames = new PageFrames();

  constructor(options: {
    store: Store;
    followers: Followers;
    node: ChainNode;
    clock: Clock;
    settings: ChannelSettings;
    definitions: readonly StreamDefinition[];
    /** Of polling a stream for all servers of the store; without it this one polls for itself. */
    leaseOf?: (name: string) => Lease;
    /** Further ones, of the operator's own. */
    own?: readonly OwnDefinition[];
    /** Who may listen to what is not for everybody; without it, nobody. */
    access?: StreamAccess;
  }) {
    const { store, followers, followers: { log }, node, clock, settings, definitions, own = [] } = options;
    this.epoch = log.epoch;
    this.access = options.access ?? new StreamAccess({ prefixes: [], keys: [], clock });
    this.#node = node;
    this.#clock = clock;
    const timetable = new Timetable(clock);
    const commits = new Commits(store);
    this.declared = new DeclaredStreams({ store, followers, commits, clock, settings });
    this.named = new NamedStreams({ followers, commits, clock, settings });
    const pastOf = ({ name, isFleeting }: StreamDefinition) =>
      isFleeting ? new UnkeptPast(name, log, store) : new LoggedPast(name, followers, commits);
    this.#own = new Map(own.map(({ name, declaration }) => [name, declaration]));
    this.#polled = new Map(
      [...definitions, ...own].map((definition) => [
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
    await together([this.declared.begin(), ...[...this.#polled.values()].map((stream) => stream.load())]);
  }

  /** Whether the data is made up. */
  get simulated(): boolean {
    return this.#node.simulated;
  }

  /** A stream that is there whether somebody listens or not. */
  find(name: string): Stream | undefined {
    return this.#polled.get(name) ?? this.declared.find(name)?.stream;
  }

  /** Whether a stream is made here, from the node or of this server: nobody publishes to it. */
  isPolled(name: string): boolean {
    return this.#polled.has(name);
  }

  /**
   * A stream for somebody who asks for it, from where on he does.
   *
   * @throws {StreamRefusal} where there is none, or it is not for him
   */
  admit({ name, position, tokens }: Requested): Wanted {
    const isNamed = this.access.isPrivate(name);
    const isPrivate = isNamed || this.#declarationOf(name)?.private === true;
    const until = isPrivate ? this.access.admit(name, tokens).until : undefined;
    const stream = this.find(name) ?? (isNamed ? this.named.find(name) : undefined);
    if (stream === undefined) throw new StreamRefusal("unknown_stream");
    return { stream, position, until };
  }

  /** What the operator says of a stream, for everybody. */
  describe(name: string): { readonly description?: string } {
    const description = this.#declarationOf(name)?.description;
    return description === undefined ? {} : { description };
  }

  #declarationOf(name: string): Declaration | undefined {
    return this.#own.get(name) ?? this.declared.find(name)?.declaration;
  }

  /** Every stream that is open here, whoever defined it. */
  *all(): Iterable<Stream> {
    yield* this.#polled.values();
    for (const { stream } of this.declared.all()) yield stream;
    yield* this.named.all();
  }

  /** The operator's own, those too that are not for everybody. */
  *own(): Iterable<OwnStream> {
    for (const [name, declaration] of this.#own) {
      const stream = this.#polled.get(name);
      if (stream !== undefined) yield { stream, declaration };
    }
    for (const { stream, declaration } of this.declared.all()) yield { stream, declaration };
  }

  /** Those of the operator's own that everybody may listen to. */
  open(): readonly OwnStream[] {
    return [...this.own()].filter(({ stream: { name }, declaration }) =>
      !declaration.private && !this.access.isPrivate(name)
    );
  }

  /** The streams that everybody is told of: those that the protocol names, and the operator's own. */
  list(): readonly Stream[] {
    const open = this.open().map(({ stream }) => stream);
    return [...streamNames.flatMap((name) => this.find(name) ?? []), ...open];
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
    for (const stream of this.#polled.values()) stream.stop();
    await Promise.all([...this.#polled.values()].map((stream) => stream.leave()));
  }

  close(): void {
    for (const stream of this.#polled.values()) stream.stop();
    this.declared.stop();
    this.named.stop();
    this.#node.close();
  }
}
