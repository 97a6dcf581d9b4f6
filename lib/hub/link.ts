/** What travels at once: text, or bytes where a client asked for another format. */
export type Frame = string | Uint8Array<ArrayBuffer>;

/** What the hub needs of a transport: a WebSocket, a polling session and a test double all fit. */
export interface Link {
  /** Bytes handed over and not yet sent. */
  readonly bufferedAmount: number;
  send(frame: Frame): void;
  /** Tells the peer and ends; a peer that does not answer is cut off after a while. */
  close(code: number, reason: string): void;
  /** Ends at once, whatever the peer does. */
  sever(): void;
}
