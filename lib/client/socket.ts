/** What a client uses of a WebSocket. */
export interface WebSocketLike {
  /** When it is open. */
  addEventListener(type: "open", listener: () => void): void;
  /** With every frame. */
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  /** When it is closed, however that came. */
  addEventListener(
    type: "close",
    listener: (event: { readonly code: number; readonly reason: string }) => void,
  ): void;
  /** Sends a text frame. */
  send(text: string): void;
  /** Closes it. */
  close(code?: number, reason?: string): void;
}

/** A WebSocket class: the one of browsers, Deno and Node, or another like it. */
export type WebSocketClass = new (url: string) => WebSocketLike;
