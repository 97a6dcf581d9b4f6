import { above0, type BackoffBounds } from "./reconnector.ts";
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
  readonly heartbeatMs: number;
  readonly onEvent: (event: ClientEvent) => void;
  readonly log: Log;
  /** Undefined: HTTP alone is used. */
  readonly WebSocket: WebSocketClass | undefined;
  /** Why HTTP alone is used, where it is. */
  readonly whyHttp: string;
}

/** A validator has many miners, and a miner time. */
const patient: BackoffBounds = { baseMs: 5000, maximumMs: 300_000 };

/** What to do where a runtime has no WebSocket. */
const bringWebSocket = "this runtime has no WebSocket: Node has one from version 22 on, and for version 20 " +
  "the package ws brings one, which is passed as the option WebSocket";

/**
 * Fills in the defaults. Throws a RangeError for an interval that is not above 0, and a TypeError where WebSockets are asked
 * for and there are none.
 */
export function settingsOf(options: SharedOptions): Settings {
  const webSocket: WebSocketClass | undefined = options.WebSocket ?? globalThis.WebSocket;
  if (options.websocketEnabled && webSocket === undefined) {
    throw new TypeError(`Cannot use WebSockets: ${bringWebSocket}`);
  }
  const isOff = options.websocketEnabled === false;
  return {
    ...connectSettings(options, patient),
    keypair: options.keypair,
    heartbeatMs: above0("heartbeatInterval", options.heartbeatInterval ?? 60_000),
    onEvent: options.onEvent ?? (() => {}),
    log: options.log ?? (() => {}),
    WebSocket: isOff ? undefined : webSocket,
    whyHttp: isOff ? "WebSockets are switched off" : bringWebSocket,
  };
}
