import { decodeFrame, encodeFrame, type EnginePacket, wireSize } from "./engine_packet.ts";
import type { Transport, TransportOwner } from "./transport.ts";

// Above this much in the socket's own buffer, volatile packets had better be dropped.
const congested = 64 * 1024;
const events = ["open", "message", "close", "error"] as const;

/** What a {@link WebSocketTransport} needs. */
export interface WebSocketOptions {
  readonly maxHttpBufferSize: number;
  /** It is open: gives who owns it, or nobody when it has been closed at once. */
  opened(transport: WebSocketTransport): TransportOwner | undefined;
  /** After it was open: the socket is gone, and nothing of it takes memory any more. */
  gone(): void;
  onFault(error: unknown): void;
}

/** A packet in each frame. It listens to all of its socket's events, so that no fault can end the process. */
export class WebSocketTransport implements Transport {
  readonly name = "websocket";
  owner: TransportOwner | undefined;
  readonly #socket: WebSocket;
  readonly #options: WebSocketOptions;
  #closing: ReturnType<typeof setTimeout> | undefined;
  #phase: "new" | "opened" | "gone" = "new";

  constructor(socket: WebSocket, options: WebSocketOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.binaryType = "arraybuffer";
    for (const event of events) socket.addEventListener(event, this);
  }

  get open(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
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
    if (this.#socket.readyState > WebSocket.OPEN) return;
    // Closed in the same turn as a frame came in, with another one behind it, Deno would drop the close frame.
    this.#closing ??= setTimeout(() => this.#guard(() => this.#close(label)), 0);
  }

  handleEvent(event: Event): void {
    this.#guard(() => {
      if (event instanceof MessageEvent) this.#receive(event.data);
      else if (event.type === "open") this.#opened();
      else this.#ended(event);
    });
  }

  #close(label: string | undefined): void {
    if (label === undefined) this.#socket.close();
    else this.#socket.close(1000, `(${label})`);
  }

  #guard(task: () => void): void {
    try {
      task();
    } catch (error) {
      this.#options.onFault(error);
    }
  }

  #opened(): void {
    this.#phase = "opened";
    this.owner = this.#options.opened(this);
  }

  #receive(data: string | ArrayBuffer): void {
    if (wireSize(data) <= this.#options.maxHttpBufferSize) {
      this.owner?.receive(decodeFrame(data));
      return;
    }
    this.owner?.lost("transport error", new Error("message too large"));
  }

  #ended(event: Event): void {
    if (event.type === "error") {
      // Deno reports a reset connection as an error and then closes; unheard it would end the process.
      event.preventDefault();
      this.owner?.lost("transport error", new Error("connection lost"));
    } else this.owner?.lost("transport close");
    this.owner = undefined;
    clearTimeout(this.#closing);
    if (event.type === "error" || this.#phase !== "opened") return;
    this.#phase = "gone";
    this.#options.gone();
  }
}
