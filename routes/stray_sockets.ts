import { TurnedAway } from "../lib/socketio/turned_away.ts";

/** An Engine.IO handshake, without which its clients do not read what follows. */
const handshake = JSON.stringify({
  sid: "stray",
  upgrades: [],
  pingInterval: 25_000,
  pingTimeout: 20_000,
  maxPayload: 1,
});

/** WebSockets of Socket.IO clients that came to the wrong path. */
export class StraySockets {
  readonly #turnedAway = new TurnedAway();

  /** Sends an error that Socket.IO clients show, and closes; undefined where that cannot be done. */
  correct(request: Request, message: string): Response | undefined {
    const upgraded = this.#turnedAway.hasRoom ? start(request) : undefined;
    if (upgraded === undefined) return undefined;
    const refusal = JSON.stringify({ message, data: { code: "wrong_path" } });
    const frames = [`0${handshake}`, `44${refusal}`];
    this.#turnedAway.dismiss(upgraded.socket, frames, 1008, "Socket.IO is on /socket.io/");
    return upgraded.response;
  }
}

function start(request: Request): Deno.WebSocketUpgrade | undefined {
  try {
    return Deno.upgradeWebSocket(request, { idleTimeout: 0 });
  } catch {
    return undefined;
  }
}
