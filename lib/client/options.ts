import { systemClock } from "../protocol/mod.ts";
import type { Clock } from "../protocol/mod.ts";
import { above0 } from "./backoff.ts";
import type { Log } from "./context.ts";
import type { ClientEvent } from "./events.ts";
import type { Fetch } from "./http_link.ts";
import type { MinerKey } from "./signer.ts";
import type { WebSocketClass } from "./socket.ts";

/** What all clients of a miner share. Intervals are in seconds. */
export interface SharedOptions {
  /** The miner's hotkey. */
  readonly keypair: MinerKey;
  /** False: HTTP alone is used. Default true where there is a WebSocket class. */
  readonly websocketEnabled?: boolean | undefined;
  /** A heartbeat is sent when nothing else was for so long. Default 60. */
  readonly heartbeatInterval?: number | undefined;
  /** The shortest wait before a new attempt to connect. Default 5. */
  readonly reconnectBaseInterval?: number | undefined;
  /** The longest one. Default 300. */
  readonly maxReconnectInterval?: number | undefined;
  /** Called with every event, from before {@link MinerClient.start} on. */
  readonly onEvent?: ((event: ClientEvent) => void) | undefined;
  /** Where log lines go; by default nowhere. */
  readonly log?: Log | undefined;
  readonly clock?: Clock | undefined;
  /** From 0 up to but not including 1; by default `Math.random`. */
  readonly random?: (() => number) | undefined;
  readonly fetch?: Fetch | undefined;
  /** By default the runtime's own, which Node has from version 22 on. */
  readonly WebSocket?: WebSocketClass | undefined;
}

/** {@link SharedOptions} with every default filled in. */
export type Settings = { readonly [Name in keyof SharedOptions]-?: Exclude<SharedOptions[Name], undefined> };

/** Fills in the defaults. Throws a RangeError for an interval that is not above 0. */
export function settingsOf(options: SharedOptions): Settings {
  const webSocket = options.WebSocket ?? globalThis.WebSocket;
  const settings = {
    keypair: options.keypair,
    websocketEnabled: options.websocketEnabled ?? webSocket !== undefined,
    heartbeatInterval: options.heartbeatInterval ?? 60,
    reconnectBaseInterval: options.reconnectBaseInterval ?? 5,
    maxReconnectInterval: options.maxReconnectInterval ?? 300,
    onEvent: options.onEvent ?? (() => {}),
    log: options.log ?? (() => {}),
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    fetch: options.fetch ?? ((url, init) => fetch(url, init)),
    WebSocket: webSocket,
  };
  for (const name of ["heartbeatInterval", "reconnectBaseInterval", "maxReconnectInterval"] as const) {
    above0(name, settings[name]);
  }
  return settings;
}
