import type { FindingId } from "./findings.ts";
import type { Address } from "./net/network.ts";

/** How a WebSocket is talked to: with JSON messages, or as Engine.IO does. */
export type Dialect = "plain" | "socketio";

/** What the endpoint says of itself on `/ws/health`. */
export interface Health {
  readonly status: string;
  readonly validator: string | undefined;
}

/** How far the server's clock is ahead of ours, as far as can be told. */
export interface Skew {
  /** Where that was seen. */
  readonly source: string;
  readonly skewMs: number;
  /** How far off `skewMs` may be, in milliseconds. */
  readonly slackMs: number;
}

/** What came of an attempt to upgrade a path. */
export interface Attempt {
  readonly path: string;
  /** The status of the answer; undefined: there was none. */
  readonly status: number | undefined;
  /** What more is to be told of it. */
  readonly detail: string;
  readonly upgraded: boolean;
  readonly accepted: boolean;
}

/** What earlier checks have found out. */
export interface Known {
  /** What the paths of a gateway are appended to, as far as is known by now. */
  base: string;
  /** What the name stands for. */
  addresses?: readonly Address[];
  /** The address that answered. */
  address?: string;
  /** Whether the certificate may be trusted; undefined where there is none. */
  trusted?: boolean;
  /** What is wrong with plain HTTP requests already. */
  broken?: FindingId;
  health?: Health;
  attempts?: readonly Attempt[];
  /** Whether Socket.IO is spoken, and what it takes at most. */
  socketIo?: { readonly maxPayload: number | undefined };
  /** Where frames pass, and which message the server answers there. */
  socket?: { readonly path: string; readonly dialect: Dialect; probe?: string };
  /** Milliseconds that the server's clock is ahead of ours, by where that was seen. */
  readonly skews: Skew[];
}
