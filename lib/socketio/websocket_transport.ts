import type { Place } from "../hub/places.ts";
import { ServerSocket, type SocketOwner } from "../hub/server_socket.ts";
import type { Clock } from "../protocol/clock.ts";
import { EngineFault } from "./engine_errors.ts";
import { decodeFrame, encodeFrame, type EnginePacket, wireSize } from "./engine_packet.ts";
import type { Transport, TransportOwner } from "./transport.ts";

// Above this much in the socket's own buffer, volatile packets had better be dropped.
const congested = 64 * 1024;

/** What a {@link WebSocketTransport} needs. */
export interface WebSocketOptions {
  readonly clock: Clock;
  /** Held until the socket is gone. */
  readonly place: Place;
  readonly maxHttpBufferSize: number;
  /** It is open: gives who owns it, or nobody when it has been closed at once. */
  opened(transport: WebSocketTransport): TransportOwner | undefined;
  /** After it was open: the socket is gone. */
  gone(): void;
  onFault(error: unknown): void;
}

/** A packet in each frame. */
export class WebSocketTransport implements Transport, SocketOwner {
  readonly name = "websocket";
  owner: TransportOwner | undefined;
  readonly #socket: ServerSocket;
  readonly #options: WebSocketOptions;
  #wasOpened = false;

  constructor(socket: WebSocket, options: WebSocketOptions) {
    this.#options = options;
    this.#socket = new ServerSocket(socket, { ...options, owner: this });
  }

  get open(): boolean {
    return this.#socket.isOpen;
  }

  get writable(): boolean {
    return this.open && this.backlog < congested;
  }

  get backlog(): number {
    return this.#socket.bufferedAmount;
  }

  send(packets: readonly EnginePacket[]): void {
    for (const packet of packets) if (this.open) this.#socket.send(encodeFrame(packet));
  }

  close(done: () => void): void {
    this.drop();
    done();
  }

  drop(): void {
    const label = this.owner?.label;
    this.owner = undefined;
    if (label === undefined) this.#socket.close();
    else this.#socket.close(1000, `(${label})`);
  }

  opened(): void {
    this.#wasOpened = true;
    this.#guard(() => this.owner = this.#options.opened(this));
  }

  handleEvent({ data }: MessageEvent): void {
    this.#guard(() => this.#receive(data));
  }

  ended(code: number): void {
    this.#guard(() => {
      if (code === 0) this.owner?.lost("transport error", new EngineFault("lost", "connection lost"));
      else this.owner?.lost("transport close");
    });
    this.owner = undefined;
    if (this.#wasOpened) this.#options.gone();
  }

  #receive(data: unknown): void {
    if (typeof data !== "string" && !(data instanceof ArrayBuffer)) return;
    if (wireSize(data) <= this.#options.maxHttpBufferSize) this.owner?.receive(decodeFrame(data));
    else this.owner?.lost("transport error", new EngineFault("size", "message too large"));
  }

  #guard(task: () => void): void {
    try {
      task();
    } catch (error) {
      this.#options.onFault(error);
    }
  }
}
