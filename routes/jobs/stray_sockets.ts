import { type LastWords, tellAndClose } from "../../lib/hub/mod.ts";
import type { Gateway } from "../../lib/gateway/mod.ts";

/** An Engine.IO handshake, without which its clients do not read what follows. */
const handshake = JSON.stringify({
  sid: "stray",
  upgrades: [],
  pingInterval: 25_000,
  pingTimeout: 20_000,
  maxPayload: 1,
});

/**
 * Sends an error that Socket.IO clients show to one that came to the wrong path, and closes; undefined where that cannot be
 * done.
 */
export function correctStray(
  { hub, clock }: Gateway,
  request: Request,
  address: string,
  message: string,
): Response | undefined {
  const refusal = JSON.stringify({ message, data: { code: "wrong_path" } });
  const words: LastWords = {
    frames: [`0${handshake}`, `44${refusal}`],
    code: 1008,
    reason: "Socket.IO is on /socket.io/",
  };
  const place = hub.reserve(address);
  try {
    const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
    tellAndClose(socket, words, { place, clock });
    return response;
  } catch {
    place.letGo();
    return undefined;
  }
}
