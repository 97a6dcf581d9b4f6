import type { Frame } from "./link.ts";

/** What goes first when a connection cannot take everything at once: the lower number. */
export const Priority = { reply: 0, update: 1, heartbeat: 2 } as const;
/** One of {@link Priority}. */
export type Priority = typeof Priority[keyof typeof Priority];

/** A frame on its way out. */
export interface Outgoing {
  readonly frame: Frame;
  readonly priority: Priority;
}

/** Frames that wait for a connection to take them, in order within a priority. */
export class Outbox {
  readonly #queues = new Map<Priority, Frame[]>([
    [Priority.reply, []],
    [Priority.update, []],
    [Priority.heartbeat, []],
  ]);
  #bytes = 0;

  /** Bytes that wait. Text frames are ASCII, so characters are bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  push(frame: Frame, priority: Priority): void {
    this.#queues.get(priority)?.push(frame);
    this.#bytes += frame.length;
  }

  /** Hands over frames as long as `takes` says that more can be taken. */
  drain(takes: () => boolean, send: (frame: Frame, priority: Priority) => void): void {
    for (const [priority, queue] of this.#queues) {
      let sent = 0;
      for (const frame of queue) {
        if (!takes()) break;
        send(frame, priority);
        this.#bytes -= frame.length;
        sent += 1;
      }
      queue.splice(0, sent);
      if (queue.length > 0) return;
    }
  }
}
