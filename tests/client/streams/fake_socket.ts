import type { StreamSocket } from "../../../lib/client/mod.ts";

type Listener = (event: never) => void;

/** Both ends of a WebSocket in one process: what the client uses, and what a test's server does with it. */
export class FakeSocket implements StreamSocket {
  binaryType = "blob";
  /** The subprotocol that was agreed on. */
  protocol = "";
  state: "connecting" | "open" | "closed" = "connecting";
  /** False: frames of the server vanish. */
  passing = true;
  /** The streams that the server sends here. */
  readonly streams = new Set<string>();
  /** Frames that came from the client. */
  received = 0;
  onFrame: (text: string) => void = () => {};
  encode: ((message: object) => string | ArrayBuffer) | undefined;
  readonly #listeners = new Map<string, Listener[]>();

  constructor(
    readonly url: string,
    readonly protocols: readonly string[],
    accept: (socket: FakeSocket) => void,
  ) {
    queueMicrotask(() => this.state === "connecting" && accept(this));
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, [...this.#listeners.get(type) ?? [], listener]);
  }

  send(text: string): void {
    queueMicrotask(() => {
      if (this.state !== "open") return;
      this.received += 1;
      this.onFrame(text);
    });
  }

  close(): void {
    this.end(1000, "");
  }

  /** The server accepts. */
  begin(protocol: string | undefined): void {
    this.state = "open";
    this.protocol = protocol ?? "";
    this.#fire("open", {});
  }

  /** The server sends a message. */
  push(message: object): void {
    this.raw(this.encode?.(message) ?? JSON.stringify(message));
  }

  /** The server sends a frame. */
  raw(data: unknown): void {
    queueMicrotask(() => this.state === "open" && this.passing && this.#fire("message", { data }));
  }

  end(code: number, reason: string): void {
    if (this.state === "closed") return;
    this.state = "closed";
    this.#fire("close", { code, reason });
  }

  #fire(type: string, event: object): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event as never);
  }
}
