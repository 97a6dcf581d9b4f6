import type { Gateway } from "../../lib/gateway/mod.ts";
import {
  BatchLink,
  type Connection,
  DeflateLink,
  type Family,
  type Frame,
  type Link,
  type Place,
  ServerSocket,
  type SocketOwner,
} from "../../lib/hub/mod.ts";
import { Refusal, type StreamFormat } from "../../lib/protocol/mod.ts";

/** Milliseconds in which one who need not say anything answers a ping. */
const silentTimeout = 60_000;

/** What the connections of one path have in common. */
export interface Endpoint {
  readonly gateway: Gateway;
  /** What its clients are, as far as the path tells. */
  readonly family: Family;
  /** Has somebody serve a connection. */
  serve(connection: Connection): void;
}

/** A WebSocket as the hub knows it. */
export class WebSocketLink implements Link, SocketOwner {
  readonly #socket: ServerSocket;
  readonly #endpoint: Endpoint;
  readonly #place: Place;
  readonly #format: StreamFormat | undefined;
  #connection: Connection | undefined;

  /** Takes over `place`. */
  constructor(socket: WebSocket, place: Place, endpoint: Endpoint, format: StreamFormat | undefined) {
    this.#format = format;
    this.#place = place;
    this.#endpoint = endpoint;
    this.#socket = new ServerSocket(socket, { place, clock: endpoint.gateway.clock, owner: this });
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  send(frame: Frame): void {
    this.#socket.send(frame);
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  sever(): void {
    this.#socket.sever();
  }

  opened(): void {
    const { gateway: { hub }, family } = this.#endpoint;
    const connection = this.#connection = hub.admit(this.#inFormat(), this.#place, family);
    if (hub.isClosed) return connection.refuse(new Refusal("server_closing"));
    try {
      this.#endpoint.serve(connection);
    } catch (error) {
      hub.fail(connection, error);
    }
  }

  received(data: unknown): void {
    const { hub } = this.#endpoint.gateway;
    if (this.#connection === undefined) return;
    hub.receive(this.#connection, data);
    if (this.#connection.session?.mayBeSilent) {
      this.#socket.expectPongs(Math.min(silentTimeout, hub.limits.connectionTimeout));
    }
  }

  ended(code: number, reason: string): void {
    if (this.#connection === undefined) return;
    this.#endpoint.gateway.hub.release(this.#connection, { code, reason });
  }

  /** This link in the format that the client asked for. */
  #inFormat(): Link {
    const { deflater, batcher } = this.#endpoint.gateway;
    if (this.#format === "deflate") return new DeflateLink(this, deflater);
    return this.#format === "batch" ? new BatchLink(this, batcher) : this;
  }
}
