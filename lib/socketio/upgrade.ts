import type { Clock, Timer } from "../protocol/clock.ts";
import type { EnginePacket } from "./engine_packet.ts";
import type { TransportOwner } from "./transport.ts";
import type { WebSocketTransport } from "./websocket_transport.ts";

// A client that still polls once it was probed has to be let go, but not so soon that it could spin.
const pollRelease = 100;

/** What an {@link Upgrade} needs. */
interface UpgradeOptions {
  readonly clock: Clock;
  /** Milliseconds that the whole may take. */
  readonly timeout: number;
  /** A poll that waits should be answered now, so that the client can leave polling. */
  releasePoll(): void;
  /** The transport is proven, and the client has left polling. */
  succeeded(transport: WebSocketTransport): void;
  /** Its socket is gone, and another upgrade may be tried. */
  gone(): void;
}

/** A WebSocket on trial while its session still polls: `2probe`, `3probe`, `5`. */
export class Upgrade implements TransportOwner {
  readonly #options: UpgradeOptions;
  readonly #deadline: Timer;
  #release: Timer | undefined;
  #transport: WebSocketTransport | undefined;
  #state: "trying" | "probed" | "over" = "trying";

  constructor(options: UpgradeOptions) {
    this.#options = options;
    this.#deadline = options.clock.after(options.timeout, () => this.abort());
  }

  /** The socket is open; undefined when it comes too late. */
  opened(transport: WebSocketTransport): TransportOwner | undefined {
    this.#transport = transport;
    if (this.#state !== "over") return this;
    transport.drop();
    return undefined;
  }

  receive({ type, data }: EnginePacket): boolean {
    if (type === "ping" && data === "probe") this.#answerProbe();
    else if (type === "upgrade") this.#succeed();
    else this.abort();
    return true;
  }

  ready(): void {}

  lost(): void {
    this.abort();
  }

  /** A poll waits and there is nothing to answer it with. */
  pollWaits(): void {
    if (this.#state !== "probed") return;
    this.#release?.cancel();
    this.#release = this.#options.clock.after(pollRelease, () => this.#options.releasePoll());
  }

  /** Gives up; the session goes on polling. */
  abort(): void {
    if (!this.#finish()) return;
    if (this.#transport === undefined) this.#options.gone();
    else this.#transport.drop();
  }

  /** Its socket is gone. */
  gone(): void {
    this.#options.gone();
  }

  #answerProbe(): void {
    this.#state = "probed";
    this.#transport?.send([{ type: "pong", data: "probe" }]);
    this.#options.releasePoll();
  }

  #succeed(): void {
    if (this.#transport !== undefined && this.#finish()) this.#options.succeeded(this.#transport);
  }

  #finish(): boolean {
    if (this.#state === "over") return false;
    this.#state = "over";
    this.#deadline.cancel();
    this.#release?.cancel();
    return true;
  }
}
