import { afterSilence, type Clock, type Timer } from "../protocol/clock.ts";
import type { Frame, Link, Sink } from "./link.ts";
import { pingWhenSilent, sever, stopPinging } from "./runtime_socket.ts";
import type { Place } from "./places.ts";

/** Milliseconds that a peer may take to read what it was sent, and to answer a close. */
export const closePatience = 5000;
/** Milliseconds that an upgrade may take to become a WebSocket. */
const openPatience = 10_000;
/** Milliseconds after which the kernel gives up on a peer that acknowledges nothing; Linux takes some 15 minutes. */
const kernelPatience = 16 * 60_000;

/** Who is told what becomes of a {@link ServerSocket}. Nothing of it may throw. */
export interface SocketOwner {
  opened(): void;
  /** A frame has come in. */
  handleEvent(event: MessageEvent): void;
  /** It is over, and told of once. The code is 0 where no close frame came. */
  ended(code: number, reason: string): void;
}

/**
 * A WebSocket of `Deno.upgradeWebSocket` that ends: it holds its place until it is gone, and severs a peer that does not
 * answer a close in time. Each kind of event that is listened to takes 300 bytes: errors are not, for a close follows them.
 */
export class ServerSocket implements Link {
  readonly #socket: WebSocket;
  readonly #place: Place;
  readonly #clock: Clock;
  readonly #owner: SocketOwner;
  /** For what is waited for: that it opens, that the peer answers the close, or that the kernel gives up. */
  #deadline: Timer | undefined;
  #closing: ReturnType<typeof setTimeout> | undefined;
  #isDropped = false;
  #isPinged = false;
  #phase: "new" | "open" | "closing" | "severed" | "gone" = "new";

  /** Takes over one hold of `place`. */
  constructor(
    socket: WebSocket,
    { place, clock, owner }: { place: Place; clock: Clock; owner: SocketOwner },
  ) {
    this.#socket = socket;
    this.#place = place;
    this.#clock = clock;
    this.#owner = owner;
    socket.binaryType = "arraybuffer";
    place.occupy(this);
    socket.addEventListener("open", this);
    socket.addEventListener("close", this);
    socket.addEventListener("message", owner);
    this.#deadline = clock.after(openPatience, () => this.sever());
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  get sink(): Sink {
    return this.#socket;
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  send(frame: Frame | ArrayBuffer | ArrayBufferView<ArrayBuffer>): void {
    this.#socket.send(frame);
  }

  /** From now on its peer need not say anything, and is found dead when it answers no ping within so many milliseconds. */
  expectPongs(patience: number): void {
    if (this.#isPinged || this.#phase !== "open") return;
    this.#isPinged = true;
    pingWhenSilent(this.#socket, patience / 1000);
  }

  /** Tells the peer, which then has so long to answer. */
  close(code?: number, reason?: string): void {
    if (this.#phase !== "open") return;
    this.#phase = "closing";
    this.#deadline = afterSilence(this.#clock, closePatience, () => this.sever());
    // Closed in the same turn as a frame came in, with another one behind it, Deno would drop the close frame.
    this.#closing = setTimeout(() => this.#close(code, reason), 0);
  }

  /** Ends it at once. */
  sever(): void {
    if (this.#phase === "severed" || this.#phase === "gone") return;
    this.#socket.removeEventListener("message", this.#owner);
    if (this.#phase === "new") return this.#leave();
    clearTimeout(this.#closing);
    this.#deadline?.cancel();
    const { bufferedAmount } = this.#socket;
    this.#phase = "severed";
    this.#place.abandon();
    // The runtime tells what becomes of the unsent only where a close was begun, in an earlier turn.
    this.#close();
    this.#closing = setTimeout(() => this.#drop(bufferedAmount), 0);
    this.#owner.ended(0, "");
  }

  /** What is unsent, in bytes, stays in memory until the kernel gives up on the peer. */
  #drop(unsent: number): void {
    this.#isDropped = sever(this.#socket);
    if (this.#isDropped && unsent === 0) this.#leave();
    else this.#deadline = this.#clock.after(kernelPatience, () => this.#leave());
  }

  handleEvent(event: Event): void {
    if (event instanceof CloseEvent) this.#ended(event);
    else this.#opened();
  }

  #opened(): void {
    if (this.#phase !== "new") {
      this.#close();
      sever(this.#socket);
      return;
    }
    this.#deadline?.cancel();
    // Whoever stays for days keeps neither the timer nor the listener.
    this.#deadline = undefined;
    this.#socket.removeEventListener("open", this);
    this.#phase = "open";
    this.#owner.opened();
  }

  #close(code?: number, reason?: string): void {
    if (this.isOpen) this.#socket.close(code, reason);
  }

  #ended({ code, reason, wasClean }: CloseEvent): void {
    if (this.#phase === "gone") return;
    if (this.#phase === "severed") {
      // The first that it tells of after a drop is the drop itself.
      if (!this.#isDropped || code === 0) this.#leave();
      return;
    }
    this.#leave();
    // The runtime makes up a code for a peer that does not answer its pings.
    this.#owner.ended(wasClean ? code : 0, reason);
  }

  #leave(): void {
    this.#phase = "gone";
    clearTimeout(this.#closing);
    this.#deadline?.cancel();
    if (this.#isPinged) stopPinging(this.#socket);
    this.#place.letGo();
  }
}
