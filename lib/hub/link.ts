/** What travels at once: text, or bytes where a client asked for another format. */
export type Frame = string | Uint8Array<ArrayBuffer>;

/** What takes frames. */
export interface Sink {
  send(frame: Frame): void;
}

/** What the hub needs of a transport: a WebSocket, a polling session and a test double all fit. */
export interface Link extends Sink {
  /** What it hands frames to as they are, which spares each of them the way over the link. */
  readonly sink?: Sink;
  /** Bytes handed over and not yet sent. */
  readonly bufferedAmount: number;
  /** Tells the peer and ends; a peer that does not answer is cut off after a while. */
  close(code: number, reason: string): void;
  /** Ends at once, whatever the peer does. */
  sever(): void;
}
