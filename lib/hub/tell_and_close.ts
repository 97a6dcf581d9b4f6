import type { Clock } from "../protocol/clock.ts";
import type { Place } from "./places.ts";
import { ServerSocket, type SocketOwner } from "./server_socket.ts";

/** What a WebSocket is told before it is closed. */
export interface LastWords {
  readonly frames: readonly string[];
  readonly code: number;
  readonly reason: string;
}

/** Serves a WebSocket that was opened only to be told something. It holds `place`, like everybody, until it is gone. */
export function tellAndClose(
  socket: WebSocket,
  { frames, code, reason }: LastWords,
  { place, clock }: { place: Place; clock: Clock },
): void {
  const owner: SocketOwner = {
    opened() {
      for (const frame of frames) told.send(frame);
      told.close(code, reason);
    },
    handleEvent() {},
    ended() {},
  };
  const told = new ServerSocket(socket, { place, clock, owner });
}
