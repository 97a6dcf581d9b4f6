/** Where examples say that the server is, for which the script puts the page's own. */
export const sampleHost = "127.0.0.1:10401";

/** What a request is told besides its body. */
export interface Parameter {
  readonly name: string;
  readonly place: "path" | "query" | "header";
  /** What it means. */
  readonly text: string;
  readonly required: boolean;
}

/** A request that a reader of the reference may make. */
export interface RequestTrial {
  readonly method: string;
  /** With parameters in braces. */
  readonly path: string;
  readonly security: "admin" | "apiKey" | null;
  readonly parameters: readonly Parameter[];
  readonly body?: unknown;
}

/** A message that a reader may send on a WebSocket. */
export interface SocketTrial {
  /** Path of the WebSocket. */
  readonly socket: string;
  readonly body: unknown;
}

/** What can be tried of an entry of the reference. */
export type Trial = RequestTrial | SocketTrial;
