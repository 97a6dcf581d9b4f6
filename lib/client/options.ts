import { above0, type BackoffBounds } from "./backoff.ts";
import { type ConnectOptions, type ConnectSettings, connectSettings } from "./connect_options.ts";
import type { Log } from "./context.ts";
import type { ClientEvent } from "./events.ts";
import type { MinerKey } from "./signer.ts";
import type { WebSocketClass } from "./socket.ts";

/** What all clients of a miner share. Times are in milliseconds. */
export interface SharedOptions extends ConnectOptions {
  /** The miner's hotkey. */
  readonly keypair: MinerKey;
  /** False: HTTP alone is used. Default true where there is a WebSocket class. */
  readonly websocketEnabled?: boolean | undefined;
  /** A heartbeat is sent when nothing else was for so long. Default 60000. */
  readonly heartbeatInterval?: number | undefined;
  /** Called with every event, from before {@link MinerClient.start} on. */
  readonly onEvent?: ((event: ClientEvent) => void) | undefined;
  /** Where log lines go; by default nowhere. */
  readonly log?: Log | undefined;
  /** By default the runtime's own, which Node has from version 22 on. */
  readonly WebSocket?: WebSocketClass | undefined;
}

/** {@link SharedOptions} with every default filled in. */
export interface Settings extends ConnectSettings {
  readonly keypair: MinerKey;
  readonly websocketEnabled: boolean;
  readonly heartbeatMs: number;
  readonly onEvent: (event: ClientEvent) => void;
  readonly log: Log;
  readonly WebSocket: WebSocketClass;
}

/** A validator has many miners, and a miner time. */
const patient: BackoffBounds = { baseMs: 5000, maximumMs: 300_000 };

/** Fills in the defaults. Throws a RangeError for an interval that is not above 0. */
export function settingsOf(options: SharedOptions): Settings {
  const webSocket = options.WebSocket ?? globalThis.WebSocket;
  return {
    ...connectSettings(options, patient),
    keypair: options.keypair,
    websocketEnabled: options.websocketEnabled ?? webSocket !== undefined,
    heartbeatMs: above0("heartbeatInterval", options.heartbeatInterval ?? 60_000),
    onEvent: options.onEvent ?? (() => {}),
    log: options.log ?? (() => {}),
    WebSocket: webSocket,
  };
}
