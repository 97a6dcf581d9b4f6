import type { Gateway } from "../../lib/gateway/mod.ts";
import {
  BatchLink,
  type Connection,
  DeflateLink,
  type Family,
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

/** What a WebSocket is to the hub, from when it is open until it is gone. */
export class WebSocketConnection implements SocketOwner {
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

  opened(): void {
    const { gateway: { hub }, family } = this.#endpoint;
    const connection = this.#connection = hub.admit(this.#link(), this.#place, family);
    if (hub.isClosed) return connection.refuse(new Refusal("server_closing"));
    try {
      this.#endpoint.serve(connection);
    } catch (error) {
      hub.fail(connection, error);
    }
  }

  handleEvent({ data }: MessageEvent): void {
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

  /** How frames go out: in the format that the client asked for. */
  #link(): Link {
    const { deflater, batcher } = this.#endpoint.gateway;
    if (this.#format === "deflate") return new DeflateLink(this.#socket, deflater);
    return this.#format === "batch" ? new BatchLink(this.#socket, batcher) : this.#socket;
  }
}
