const maxWaiting = 64;

/** Sockets that were told that they cannot be served, until they are gone: each takes memory until it answers the close. */
export class TurnedAway {
  readonly #sockets = new Set<WebSocket>();

  /** Whether one more can be told; otherwise it must be refused unheard. */
  get hasRoom(): boolean {
    return this.#sockets.size < maxWaiting;
  }

  /** Sends frames and closes. */
  dismiss(socket: WebSocket, frames: readonly string[], code: number, reason: string): void {
    this.#sockets.add(socket);
    socket.addEventListener("close", () => this.#sockets.delete(socket));
    // Unheard, an error would end the process.
    socket.addEventListener("error", (event) => {
      event.preventDefault();
      this.#sockets.delete(socket);
    });
    socket.addEventListener("open", () => {
      for (const frame of frames) socket.send(frame);
      socket.close(code, reason);
    });
  }
}
