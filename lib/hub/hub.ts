import {
  afterAbout,
  afterSilence,
  type Clock,
  closes,
  maxStrangerSize,
  Refusal,
  type Timer,
  WallTimes,
} from "../protocol/mod.ts";
import { Activity, logger, Throttle } from "../telemetry/mod.ts";
import { addressGroup } from "./address_group.ts";
import { ByteBudget } from "./byte_budget.ts";
import { Connection, type ConnectionHost, type ConnectionLimits, type Family } from "./connection.ts";
import { type ConnectionRecord, endingOf, type Gone, recordOf } from "./connection_record.ts";
import { ConnectionRecords } from "./connection_records.ts";
import { isEndCause } from "./end_causes.ts";
import type { Link } from "./link.ts";
import { type Place, Places } from "./places.ts";
import { ReturnTimes } from "./farewell.ts";
import { TokenBuckets } from "./token_bucket.ts";
import { TracedLink } from "./traced_link.ts";

/** What bounds a hub. Durations in milliseconds. */
export interface HubLimits extends ConnectionLimits {
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  /** Of those, such as have neither proved who they are nor asked for anything. */
  readonly maxStrangersPerAddress?: number;
  readonly heartbeatInterval: number;
  /** A connection from which nothing came for this long is closed. */
  readonly connectionTimeout: number;
  /** A miner that has not proved who it is by then is closed, and so is who has not said what it is. */
  readonly authTimeout: number;
  /** Bytes of one incoming message. */
  readonly maxMessageSize: number;
  /** Frames a second that the clients of one address may send before they prove who they are; without it, any number. */
  readonly strangerRate?: number;
}

/** Somebody who asked for a connection and was refused. */
export interface TurnedAway {
  readonly family: Family;
  /** Undefined where it is not known. */
  readonly address: string | undefined;
  /** A word for what he was told. */
  readonly code: string;
  readonly detail?: string | undefined;
  /** The HTTP status that he was told. */
  readonly status: number;
}

interface Heartbeat {
  readonly send: (due: readonly Connection[]) => void;
  readonly interval: number;
  /** By how much one may be early. */
  readonly round: number;
}

/** Families whose clients have to authenticate at once; others are told so by their own protocol, or need not at all. */
const authenticating: ReadonlySet<Family> = new Set(["undecided", "miners"]);
const never = { interval: Infinity, round: 0 };
/** For how many groups of a family heartbeats are made apart. */
const roundsPerInterval = 12;
/** How many that come one after the other have their heartbeats in the same round. */
const connectionsPerRound = 100;

const log = logger("websocket");
/** What each family comes over. */
const transports = {
  undecided: "websocket",
  miners: "websocket",
  streams: "websocket",
  events: "events",
  jobs: "socketio",
} as const satisfies Record<Family, string>;
const tickInterval = 1000;
const flushInterval = 20;
/** A stranger's larger message counts as several. */
const strangerBytesPerMessage = 1024;

/** All open connections: admits them within the limits, notices silent ones, and keeps slow ones supplied. */
export class Hub implements ConnectionHost {
  readonly limits: HubLimits;
  /** The bytes of what clients have sent and that is not served yet, over this hub and beside it. */
  readonly budget: ByteBudget;
  /** How the latest connections ended. */
  readonly records: ConnectionRecords;
  readonly places: Places;
  readonly #clock: Clock;
  readonly #wallTimes: WallTimes;
  readonly activity: Activity;
  readonly #traceFrames: boolean;
  readonly #connections = new Map<string, Connection>();
  readonly #strangers: TokenBuckets | undefined;
  readonly #backlogged = new Set<Connection>();
  readonly #heartbeats = new Map<Family, Heartbeat>();
  #ticking: Timer | undefined;
  #flushing: Timer | undefined;
  readonly #faults: Throttle;
  /** Who waits for the last connection to end. */
  readonly #emptied: (() => void)[] = [];
  /** Once it takes no more connections in. */
  #returnTimes: ReturnTimes | undefined;

  /** With `traceFrames` every frame is logged at TRACE. */
  constructor(options: { clock: Clock; limits: HubLimits; activity?: Activity; traceFrames?: boolean }) {
    this.#traceFrames = options.traceFrames ?? false;
    this.#clock = options.clock;
    this.#wallTimes = new WallTimes(options.clock);
    this.activity = options.activity ?? new Activity();
    this.limits = options.limits;
    this.budget = new ByteBudget(options.limits);
    this.records = new ConnectionRecords(options.clock);
    this.places = new Places({
      total: options.limits.maxConnections,
      perAddress: options.limits.maxConnectionsPerAddress,
      strangersPerAddress: options.limits.maxStrangersPerAddress,
    }, () => options.clock.elapsed());
    this.#faults = new Throttle({ clock: options.clock });
    const { strangerRate: rate } = options.limits;
    if (rate !== undefined) {
      this.#strangers = new TokenBuckets({ rate, burst: 4 * rate, clock: options.clock });
    }
  }

  get size(): number {
    return this.#connections.size;
  }

  connections(): MapIterator<Connection> {
    return this.#connections.values();
  }

  find(id: string): Connection | undefined {
    return this.#connections.get(id);
  }

  /** Open connections by family. */
  families(): Record<Family, number> {
    const counts = { undecided: 0, miners: 0, streams: 0, events: 0, jobs: 0 };
    for (const { family } of this.#connections.values()) counts[family] += 1;
    return counts;
  }

  /** Who sends the heartbeats of a family, when some are due; a family without gets none. Milliseconds. */
  setHeartbeat(
    family: Family,
    send: (due: readonly Connection[]) => void,
    interval: number = this.limits.heartbeatInterval,
  ): void {
    this.#heartbeats.set(family, { send, interval, round: interval / roundsPerInterval });
  }

  elapsed(): number {
    return this.#clock.elapsed();
  }

  /** How a connection stands. */
  describe(connection: Connection): ConnectionRecord {
    return recordOf(connection, this.#wallTimes);
  }

  /** Whether it takes no more connections in. */
  get isClosed(): boolean {
    return this.#returnTimes !== undefined;
  }

  /** Takes no more connections in. */
  close(): void {
    this.#returnTimes ??= new ReturnTimes(this.size);
  }

  returnTime(): number {
    this.close();
    return this.#returnTimes?.next() ?? 0;
  }

  /** Takes a place for a connection that is about to begin. Throws a {@link Refusal} `max_connections` or `server_closing`. */
  reserve(address: string): Place {
    if (this.#returnTimes !== undefined) {
      throw new Refusal("server_closing", { retryAfterMs: this.#returnTimes.next() });
    }
    return this.places.take(address);
  }

  /**
   * Counts somebody who asked for a connection and was refused; where the code is a cause for connections, and it is known
   * who it was, remembers him, and answers the id under which he is found.
   */
  turnAway({ code, address, status, ...refused }: TurnedAway): string | undefined {
    this.activity.refuse(code);
    if (address === undefined || !isEndCause(code)) return undefined;
    return this.records.turnedAway({ ...refused, address, cause: code, code: status });
  }

  /** Takes a connection in, on the place that was taken for it. */
  admit(link: Link, place: Place, family: Family): Connection {
    place.hold();
    const id = this.records.nextId();
    const connection = new Connection({
      id,
      place,
      family,
      link: this.#traceFrames ? new TracedLink(link, id) : link,
      host: this,
    });
    connection.heartbeatAt -= this.#lead(family);
    place.occupy(connection);
    this.#connections.set(connection.id, connection);
    this.activity.accepted[transports[family]] += 1;
    return connection;
  }

  /** The transport has ended: the connection's place is free again. */
  release(connection: Connection, gone: Gone): void {
    if (!this.#connections.delete(connection.id)) return;
    connection.place.letGo();
    this.#backlogged.delete(connection);
    const record = recordOf(connection, this.#wallTimes, endingOf(connection, gone, this.#clock.now()));
    const code = record.ending?.code;
    if (code !== undefined) this.activity.close(connection.isOpen ? "client" : "server", code);
    connection.end(closes.normal);
    this.activity.sent[connection.family].add(connection.sent, connection.sentBytes);
    this.records.ended(record);
    if (this.size === 0) { for (const emptied of this.#emptied.splice(0)) emptied(); }
  }

  /** Resolves when no connection is left. */
  emptied(): Promise<void> {
    return this.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#emptied.push(resolve));
  }

  /**
   * Takes in a frame: checks what costs nothing, then hands it to the session, whose {@link Refusal}s become error
   * frames. Never throws.
   */
  receive(connection: Connection, data: unknown): void {
    if (!connection.isOpen) return;
    connection.heardAt = this.#clock.elapsed();
    try {
      const text = this.#checkSize(data, connection);
      try {
        this.#take(connection, text);
      } finally {
        // What the first frame is only its session knows.
        this.activity.received[connection.family].add(1, text.length);
      }
    } catch (error) {
      this.fail(connection, error);
    }
  }

  #take(connection: Connection, text: string): void {
    connection.received += 1;
    connection.countMessage(connection.heardAt, text, () => nameOf(connection, text));
    if (connection.peer === undefined) this.#countStranger(connection, text);
    if (this.#traceFrames) log.trace("{id} < {frame}", { id: connection.id, frame: text });
    connection.session?.receive(text);
  }

  /** However many connections an address opens, its clients may not keep us reading what nobody vouches for. */
  #countStranger(connection: Connection, text: string): void {
    const group = addressGroup(connection.address);
    const cost = Math.ceil(text.length / strangerBytesPerMessage) || 1;
    if (this.#strangers?.take(group, cost) ?? true) return;
    throw new Refusal("rate_limited", {
      detail:
        `at most ${this.limits.strangerRate} messages a second from one address before authentication, ` +
        `of ${strangerBytesPerMessage} bytes each`,
      inReplyTo: nameOf(connection, text),
      retryAfterMs: this.#strangers?.wait(group, cost) ?? 0,
    });
  }

  /** Answers a fault on a connection: a {@link Refusal} as it is, anything else as `internal_error`, logged. */
  fail(connection: Connection, error: unknown): void {
    if (!(error instanceof Refusal)) {
      this.#faults.error(log, "fault", "Fault on connection {id}: {error}", { id: connection.id, error });
      connection.refuse(new Refusal("internal_error"));
    } else if (error instanceof MessageTooLarge) {
      connection.tell(error);
      connection.close(closes.tooLarge);
    } else connection.refuse(error);
  }

  #checkSize(data: unknown, { peer, session }: Connection): string {
    if (typeof data !== "string") {
      throw new Refusal("invalid_message", { detail: "expected a text frame, got a binary one" });
    }
    const allowed = session?.maxMessageSize ?? this.limits.maxMessageSize;
    const isStrict = peer === undefined && maxStrangerSize < allowed;
    const maxSize = isStrict ? maxStrangerSize : allowed;
    // A UTF-16 unit is at most three bytes of UTF-8, so most messages need not be counted.
    if (data.length * 3 <= maxSize) return data;
    const size = data.length > maxSize ? data.length : new TextEncoder().encode(data).length;
    if (size <= maxSize) return data;
    const detail = `larger than ${maxSize} bytes${isStrict ? " before authentication" : ""}`;
    const reason = isStrict ? "too_large_before_authentication" : "too_large";
    throw new MessageTooLarge("invalid_message", { detail, reason, status: 413 });
  }

  start(): void {
    this.#ticking ??= afterSilence(this.#clock, tickInterval, () => this.#tick(), afterAbout);
  }

  stop(): void {
    this.#ticking?.cancel();
    this.#flushing?.cancel();
    this.#ticking = this.#flushing = undefined;
  }

  #tick(): void {
    this.#ticking = undefined;
    const now = this.#clock.elapsed();
    const due = new Map<Family, Connection[]>();
    for (const connection of this.#connections.values()) {
      if (!connection.isOpen) continue;
      const overdue = this.#overdue(connection, now);
      if (overdue !== null) connection.refuse(overdue);
      else if (this.#heartbeatIsDue(connection, now)) {
        connection.heartbeatAt = now;
        const ofFamily = due.get(connection.family);
        if (ofFamily === undefined) due.set(connection.family, [connection]);
        else ofFamily.push(connection);
      }
    }
    for (const [family, connections] of due) this.#heartbeats.get(family)?.send(connections);
    this.start();
  }

  #overdue(connection: Connection, now: number): Refusal | null {
    const { family, peer, session, openedAt, heardAt } = connection;
    const { authTimeout, connectionTimeout } = this.limits;
    if (authenticating.has(family) && peer === undefined && now - openedAt >= authTimeout) {
      return new Refusal("not_authorized", { detail: `no authentication within ${authTimeout / 1000} s` });
    }
    if (session?.mayBeSilent) {
      if (connection.stuckFor(now) < connectionTimeout) return null;
      this.activity.slowConsumers[family] += 1;
      return new Refusal("slow_consumer", { detail: `nothing was taken for ${connectionTimeout / 1000} s` });
    }
    if (now - heardAt < connectionTimeout) return null;
    return new Refusal("heartbeat_timeout", { detail: `nothing received for ${connectionTimeout / 1000} s` });
  }

  /**
   * By how much the first heartbeat of another connection is early, in milliseconds: each answer has to be verified, and those
   * of all who come back at once after a restart would be there at the same time from then on.
   */
  #lead(family: Family): number {
    const { round } = this.#heartbeats.get(family === "undecided" ? "miners" : family) ?? never;
    return round * (Math.floor(this.size / connectionsPerRound) % roundsPerInterval);
  }

  /** In rounds, of which each has one heartbeat for all: some of them are early. */
  #heartbeatIsDue({ family, peer, heartbeatAt }: Connection, now: number): boolean {
    if (family === "miners" && peer === undefined) return false;
    const { interval, round } = this.#heartbeats.get(family) ?? never;
    return now - heartbeatAt > interval - round &&
      (now % round < tickInterval || now - heartbeatAt >= interval);
  }

  backlogged(connection: Connection): void {
    this.#backlogged.add(connection);
    this.#flushing ??= this.#clock.after(flushInterval, () => this.#flush());
  }

  #flush(): void {
    this.#flushing = undefined;
    for (const connection of this.#backlogged) {
      if (connection.flush()) this.#backlogged.delete(connection);
    }
    if (this.#backlogged.size > 0) this.#flushing = this.#clock.after(flushInterval, () => this.#flush());
  }
}

class MessageTooLarge extends Refusal {}

/** By what its sender knows a message that is not parsed, so that he learns which one was refused. */
function nameOf({ session }: Connection, text: string): string | undefined {
  if (session?.nameOf !== undefined) return session.nameOf(text);
  return /"nonce"\s*:\s*"([^"\\]{1,128})"/.exec(text.slice(0, 4096))?.[1];
}
