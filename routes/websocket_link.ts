import type { Gateway } from "../lib/gateway/mod.ts";
import {
  BatchLink,
  type Connection,
  DeflateLink,
  type Frame,
  type Link,
  reasonWithId,
  type Session,
} from "../lib/hub/mod.ts";
import { Refusal, type StreamFormat } from "../lib/protocol/mod.ts";
import { turnAway } from "./turn_away.ts";

/** What the connections of one path have in common. */
export interface Door {
  readonly gateway: Gateway;
  /** What its clients are, as far as the path tells. */
  readonly family: "miners" | "streams";
  /** Decides who serves a connection. */
  open(connection: Connection): Session;
  /** Those that found no place, until they are gone. */
  readonly turnedAway: Set<WebSocketLink>;
}

const events = ["message", "close", "error"] as const;

/**
 * A WebSocket as the hub knows it, and the listener of all of its events at once: one object instead of several closures
 * for every connection.
 */
export class WebSocketLink implements Link {
  readonly #socket: WebSocket;
  readonly #door: Door;
  readonly #address: string;
  readonly #format: StreamFormat | undefined;
  #connection: Connection | undefined;

  constructor(socket: WebSocket, address: string, door: Door, format: StreamFormat | undefined) {
    this.#socket = socket;
    this.#format = format;
    this.#address = address;
    this.#door = door;
    socket.addEventListener("open", this, { once: true });
    for (const event of events) socket.addEventListener(event, this);
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  send(frame: Frame): void {
    this.#socket.send(frame);
  }

  close(code: number, reason: string): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    // Closed in the same turn as a frame came in, with another one behind it, Deno would drop the close frame.
    setTimeout(() => this.#socket.close(code, reason), 0);
  }

  handleEvent(event: Event): void {
    if (event instanceof MessageEvent) this.#receive(event.data);
    else if (event instanceof CloseEvent) this.#ended(event);
    else if (event.type === "open") this.#opened();
    // Deno reports a reset connection as an error and then closes; unheard it would end the process.
    else event.preventDefault();
  }

  #opened(): void {
    try {
      this.#connection = this.#door.gateway.hub.admit(this.#inFormat(), this.#address, "miners");
      this.#connection.session = this.#door.open(this.#connection);
    } catch (error) {
      this.#turnAway(error);
    }
  }

  /** This link in the format that the client asked for. */
  #inFormat(): Link {
    const { deflater, batcher } = this.#door.gateway;
    if (this.#format === "deflate") return new DeflateLink(this, deflater);
    return this.#format === "batch" ? new BatchLink(this, batcher) : this;
  }

  #receive(data: unknown): void {
    if (this.#connection !== undefined) this.#door.gateway.hub.receive(this.#connection, data);
  }

  #ended({ code, reason }: CloseEvent): void {
    this.#door.turnedAway.delete(this);
    if (this.#connection === undefined) return;
    this.#door.gateway.hub.release(this.#connection, { code, reason, reconnect: true });
  }

  #turnAway(error: unknown): void {
    this.#door.turnedAway.add(this);
    const refusal = error instanceof Refusal ? error : new Refusal("internal_error");
    const { gateway, family } = this.#door;
    const id = turnAway(gateway, { family, address: this.#address, error: refusal, close: 1013 });
    const link = this.#inFormat();
    link.send(JSON.stringify(refusal.frame()));
    link.close(1013, id === undefined ? refusal.message : reasonWithId(refusal.message, id));
  }
}
