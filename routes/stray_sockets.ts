const maxAtOnce = 64;
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
  readonly #sockets = new Set<WebSocket>();

  /** Sends an error that Socket.IO clients show, and closes; undefined where that cannot be done. */
  correct(request: Request, message: string): Response | undefined {
    // Each takes memory until it answers the close.
    if (this.#sockets.size >= maxAtOnce) return undefined;
    const upgraded = start(request);
    if (upgraded === undefined) return undefined;
    const { socket, response } = upgraded;
    this.#sockets.add(socket);
    socket.addEventListener("close", () => this.#sockets.delete(socket));
    // Unheard, an error would end the process.
    socket.addEventListener("error", (event) => {
      event.preventDefault();
      this.#sockets.delete(socket);
    });
    socket.addEventListener("open", () => {
      socket.send(`0${handshake}`);
      socket.send(`44${JSON.stringify({ message, data: { code: "wrong_path" } })}`);
      socket.close(1008, "Socket.IO is on /socket.io/");
    });
    return response;
  }
}

function start(request: Request): Deno.WebSocketUpgrade | undefined {
  try {
    return Deno.upgradeWebSocket(request, { idleTimeout: 0 });
  } catch {
    return undefined;
  }
}
