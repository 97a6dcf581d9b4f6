import { parseTimestamp } from "../protocol/mod.ts";
import type { FindingId } from "./findings.ts";
import { isRecord } from "./json.ts";
import type { Head } from "./net/http.ts";
import type { Address } from "./net/network.ts";

/** How a WebSocket is talked to: with JSON messages, or as Engine.IO does. */
type Dialect = "plain" | "socketio";

/** What the endpoint says of itself on `/ws/health`. */
export interface Health {
  readonly status: string;
  readonly validator: string | undefined;
}

/** How far the server's clock is ahead of ours, as far as can be told. */
interface Skew {
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
  /** Where frames pass, which message the server answers there, and whether it does so with an error. */
  socket?: { readonly path: string; readonly dialect: Dialect; probe?: string; isRefused?: boolean };
  /** Milliseconds that the server's clock is ahead of ours, by where that was seen. */
  readonly skews: Skew[];
}

/** Takes note of the server's time in a `Date` header, which is in whole seconds. RFC 9110, section 6.6.1. */
export function noteDate(known: Known, { headers }: Head, sent: number, received: number): void {
  const time = Date.parse(headers.get("date") ?? "");
  if (!Number.isNaN(time)) known.skews.push(skewOf("Date header", time, 1000, sent, received));
}

/** Takes note of the server's time in a message: its `timestamp`, or that of its `data`. */
export function noteTimestamp(known: Known, message: unknown, sent: number, received: number): void {
  const outer = isRecord(message) ? message : {};
  const inner = isRecord(outer["data"]) ? outer["data"] : {};
  for (const stamp of [inner["timestamp"], outer["timestamp"]]) {
    const read = readStamp(stamp);
    if (read === undefined) continue;
    known.skews.push(skewOf("messages", read.time, read.grain, sent, received));
    return;
  }
}

/** The most exact of what was seen; messages come from the server itself, where a proxy may write the header. */
export function bestSkew(skews: readonly Skew[]): Skew | undefined {
  const own = skews.filter(({ source }) => source === "messages");
  return (own.length > 0 ? own : skews).toSorted((a, b) => a.slackMs - b.slackMs)[0];
}

/** The server's time lies between `time` and `grain` milliseconds later, read between sending and receiving. */
function skewOf(source: string, time: number, grain: number, sent: number, received: number): Skew {
  const skewMs = time + grain / 2 - (sent + received) / 2;
  return { source, skewMs, slackMs: grain / 2 + (received - sent) / 2 };
}

function readStamp(stamp: unknown): { time: number; grain: number } | undefined {
  if (typeof stamp === "string") {
    const time = parseTimestamp(stamp.slice(0, 64));
    return time === null ? undefined : { time, grain: 1 };
  }
  if (typeof stamp !== "number" || !(stamp > 1e9 && stamp < 1e13)) return undefined;
  if (stamp > 1e11) return { time: stamp, grain: 1 };
  return { time: 1000 * stamp, grain: Number.isInteger(stamp) ? 1000 : 1 };
}
