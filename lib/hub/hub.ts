import { type Clock, type Close, closes, Refusal, type Timer } from "../protocol/mod.ts";
import { logger } from "../telemetry/mod.ts";
import { Connection, type ConnectionLimits, type Family } from "./connection.ts";
import type { Link } from "./link.ts";
import { TracedLink } from "./traced_link.ts";

/** What bounds a hub. Durations in milliseconds. */
export interface HubLimits extends ConnectionLimits {
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly heartbeatInterval: number;
  /** A connection from which nothing came for this long is closed. */
  readonly connectionTimeout: number;
  /** A connection of the miners' family that has not proved who it is by then is closed. */
  readonly authTimeout: number;
  /** Bytes of one incoming message. */
  readonly maxMessageSize: number;
}

interface Heartbeat {
  readonly send: (due: readonly Connection[]) => void;
  readonly interval: number;
}

const log = logger("websocket");
const tickInterval = 1000;
const flushInterval = 20;

/** All open connections: admits them within the limits, notices silent ones, and keeps slow ones supplied. */
export class Hub {
  readonly limits: HubLimits;
  readonly #clock: Clock;
  readonly #traceFrames: boolean;
  readonly #connections = new Map<string, Connection>();
  readonly #perAddress = new Map<string, number>();
  readonly #backlogged = new Set<Connection>();
  readonly #heartbeats = new Map<Family, Heartbeat>();
  #ticking: Timer | undefined;
  #flushing: Timer | undefined;
  #lastId = 0;

  /** With `traceFrames` every frame is logged at TRACE. */
  constructor(options: { clock: Clock; limits: HubLimits; traceFrames?: boolean }) {
    this.#traceFrames = options.traceFrames ?? false;
    this.#clock = options.clock;
    this.limits = options.limits;
  }

  get size(): number {
    return this.#connections.size;
  }

  connections(): Iterable<Connection> {
    return this.#connections.values();
  }

  find(id: string): Connection | undefined {
    return this.#connections.get(id);
  }

  /** Open connections by family. */
  families(): Record<Family, number> {
    const counts = { miners: 0, streams: 0, events: 0 };
    for (const { family } of this.#connections.values()) counts[family] += 1;
    return counts;
  }

  /** Who sends the heartbeats of a family, when some are due; a family without gets none. Milliseconds. */
  setHeartbeat(
    family: Family,
    send: (due: readonly Connection[]) => void,
    interval: number = this.limits.heartbeatInterval,
  ): void {
    this.#heartbeats.set(family, { send, interval });
  }

  /** Takes a connection in. Throws a {@link Refusal} `max_connections`. */
  admit(link: Link, address: string, family: Family): Connection {
    const { maxConnections, maxConnectionsPerAddress } = this.limits;
    const ofAddress = this.#perAddress.get(address) ?? 0;
    if (this.#connections.size >= maxConnections) {
      throw new Refusal("max_connections", { detail: `${maxConnections} in all`, retryAfterMs: 30_000 });
    }
    if (ofAddress >= maxConnectionsPerAddress) {
      const detail = `${maxConnectionsPerAddress} from one address`;
      throw new Refusal("max_connections", { detail, retryAfterMs: 30_000 });
    }
    const id = `c${(this.#lastId += 1).toString(36)}`;
    const connection = new Connection({
      id,
      address,
      family,
      link: this.#traceFrames ? new TracedLink(link, id) : link,
      limits: this.limits,
      now: this.#clock.now(),
      onBacklog: this.#watchBacklog,
    });
    this.#connections.set(connection.id, connection);
    this.#perAddress.set(address, ofAddress + 1);
    return connection;
  }

  /** The transport has ended: the connection's place is free again. */
  release(connection: Connection, close: Close): void {
    if (!this.#connections.delete(connection.id)) return;
    const left = (this.#perAddress.get(connection.address) ?? 1) - 1;
    if (left === 0) this.#perAddress.delete(connection.address);
    else this.#perAddress.set(connection.address, left);
    this.#backlogged.delete(connection);
    connection.end(close);
  }

  /**
   * Takes in a frame: checks what costs nothing, then hands it to the session, whose {@link Refusal}s become error
   * frames. Never throws.
   */
  receive(connection: Connection, data: unknown): void {
    if (!connection.isOpen) return;
    connection.heardAt = this.#clock.now();
    try {
      const text = this.#checkSize(data);
      connection.countMessage(connection.heardAt, () => findNonce(text));
      if (this.#traceFrames) log.trace("{id} < {frame}", { id: connection.id, frame: text });
      connection.session?.receive(text);
    } catch (error) {
      this.fail(connection, error);
    }
  }

  /** Answers a fault on a connection: a {@link Refusal} as it is, anything else as `internal_error`, logged. */
  fail(connection: Connection, error: unknown): void {
    if (!(error instanceof Refusal)) {
      log.error("Fault on connection {id}: {error}", { id: connection.id, error });
      connection.refuse(new Refusal("internal_error"));
    } else if (error instanceof MessageTooLarge) {
      connection.tell(error);
      connection.close(closes.tooLarge);
    } else connection.refuse(error);
  }

  #checkSize(data: unknown): string {
    if (typeof data !== "string") {
      throw new Refusal("invalid_message", { detail: "expected a text frame, got a binary one" });
    }
    const { maxMessageSize } = this.limits;
    // A UTF-16 unit is at most three bytes of UTF-8, so most messages need not be counted.
    if (data.length * 3 <= maxMessageSize) return data;
    const size = data.length > maxMessageSize ? data.length : new TextEncoder().encode(data).length;
    if (size <= maxMessageSize) return data;
    throw new MessageTooLarge("invalid_message", {
      detail: `larger than ${maxMessageSize} bytes`,
      status: 413,
    });
  }

  start(): void {
    this.#ticking ??= this.#clock.after(tickInterval, () => this.#tick());
  }

  stop(): void {
    this.#ticking?.cancel();
    this.#flushing?.cancel();
    this.#ticking = this.#flushing = undefined;
  }

  #tick(): void {
    this.#ticking = undefined;
    const now = this.#clock.now();
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

  #overdue({ family, peer, session, openedAt, heardAt }: Connection, now: number): Refusal | null {
    const { authTimeout, connectionTimeout } = this.limits;
    if (family === "miners" && peer === undefined && now - openedAt >= authTimeout) {
      return new Refusal("not_authorized", { detail: `no authentication within ${authTimeout / 1000} s` });
    }
    if (session?.mayBeSilent || now - heardAt < connectionTimeout) return null;
    return new Refusal("heartbeat_timeout", { detail: `nothing received for ${connectionTimeout / 1000} s` });
  }

  #heartbeatIsDue({ family, peer, heartbeatAt }: Connection, now: number): boolean {
    if (family === "miners" && peer === undefined) return false;
    return now - heartbeatAt >= (this.#heartbeats.get(family)?.interval ?? Infinity);
  }

  /** One function for all connections. */
  readonly #watchBacklog = (connection: Connection): void => {
    this.#backlogged.add(connection);
    this.#flushing ??= this.#clock.after(flushInterval, () => this.#flush());
  };

  #flush(): void {
    this.#flushing = undefined;
    for (const connection of this.#backlogged) {
      if (connection.flush()) this.#backlogged.delete(connection);
    }
    if (this.#backlogged.size > 0) this.#flushing = this.#clock.after(flushInterval, () => this.#flush());
  }
}

class MessageTooLarge extends Refusal {}

/** The nonce of a message that is not parsed, so that its sender knows which one was refused. */
function findNonce(text: string): string | undefined {
  return /"nonce"\s*:\s*"([^"\\]{1,128})"/.exec(text.slice(0, 4096))?.[1];
}
