/** What a client uses of a WebSocket. */
export interface WebSocketLike {
  addEventListener(type: "open", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(
    type: "close",
    listener: (event: { readonly code: number; readonly reason: string }) => void,
  ): void;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

/** A WebSocket class: the one of browsers, Deno and Node, or another like it. */
export type WebSocketClass = new (url: string) => WebSocketLike;
