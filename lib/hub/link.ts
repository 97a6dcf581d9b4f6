/** What the hub needs of a transport: a WebSocket, a polling session and a test double all fit. */
export interface Link {
  /** Bytes handed over and not yet sent. */
  readonly bufferedAmount: number;
  send(frame: string): void;
  close(code: number, reason: string): void;
}
