import { type Clock, systemClock } from "../protocol/clock.ts";
import { type BackoffBounds, backoffBounds } from "./reconnector.ts";
import type { Fetch } from "./http_requests.ts";

/** What every client of a gateway is made with. Times are in milliseconds. */
export interface ConnectOptions {
  /** The shortest wait before a new attempt to connect. Default 1000, for miners 5000. */
  readonly reconnectInterval?: number | undefined;
  /** The longest one. Default 30000, for miners 300000. */
  readonly maxReconnectInterval?: number | undefined;
  /** By default the system's. */
  readonly clock?: Clock | undefined;
  /** From 0 up to but not including 1; by default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** By default the runtime's own. */
  readonly fetch?: Fetch | undefined;
}

/** {@link ConnectOptions} with every default filled in. */
export interface ConnectSettings {
  readonly backoff: BackoffBounds;
  readonly clock: Clock;
  readonly random: () => number;
  readonly fetch: Fetch;
}

/** How long a client waits between its attempts where nobody says. */
const usual: BackoffBounds = { baseMs: 1000, maximumMs: 30_000 };

/** Fills in the defaults. Throws a RangeError for an interval that is not above 0. */
export function connectSettings(options: ConnectOptions, defaults: BackoffBounds = usual): ConnectSettings {
  return {
    backoff: backoffBounds(options, defaults),
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    fetch: options.fetch ?? ((url, init) => fetch(url, init)),
  };
}
