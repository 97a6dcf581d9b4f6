import { type Connection, Priority } from "../hub/mod.ts";
import type { Listener } from "./stream.ts";

/** Hands messages to a connection as they are; one for all streams that it listens to. */
export class PlainListener implements Listener {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  offer(frame: string, priority: Priority): void {
    this.#connection.offer(frame, priority);
  }

  notify(frame: string): void {
    this.#connection.offer(frame, Priority.update);
  }
}
