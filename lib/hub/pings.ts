import { member, symbolOf } from "./insides.ts";

/** Seconds that are over at once. */
const atOnce = 0.001;

/**
 * Has the runtime ping the peer of a server's WebSocket that is silent for half of `seconds`, and end the connection when
 * nothing comes in the other half. `Deno.upgradeWebSocket` takes that time as well, and only once, before anybody can know
 * whether the client will say anything by itself.
 *
 * @returns false where the runtime does not let us: then the kernel alone finds out that the peer is dead
 */
export function pingWhenSilent(socket: WebSocket, seconds: number): boolean {
  const [time, restart] = [
    symbolOf(socket, "[[idleTimeout]]"),
    symbolOf(socket, "[[serverHandleIdleTimeout]]"),
  ];
  if (time === undefined || restart === undefined) return false;
  const begin = member(socket, restart);
  if (typeof begin !== "function" || !Reflect.set(socket, time, seconds)) return false;
  Reflect.apply(begin, socket, []);
  return true;
}

/** Ends it for a socket that is gone: the runtime would keep the socket, some 3 KB, until its timer fires. */
export function stopPinging(socket: WebSocket): void {
  pingWhenSilent(socket, atOnce);
}
