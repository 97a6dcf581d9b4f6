import type { Gateway } from "../lib/gateway/mod.ts";
import type { Connection, Session } from "../lib/hub/mod.ts";
import { parseMessage, Refusal } from "../lib/protocol/mod.ts";

/** Until a client on `/ws` has said what it is: a frame with `hotkey` makes it a miner, one with `type` a stream client. */
export class FirstFrame implements Session {
  readonly #connection: Connection;
  readonly #gateway: Gateway;

  constructor(connection: Connection, gateway: Gateway) {
    this.#connection = connection;
    this.#gateway = gateway;
  }

  receive(text: string): void {
    const message = parseMessage(text);
    const session = "hotkey" in message
      ? this.#gateway.validator.createSession(this.#connection)
      : "type" in message
      ? this.#gateway.streams.createSession(this.#connection)
      : null;
    if (session === null) {
      throw new Refusal("invalid_message", { detail: 'expected "hotkey" to authenticate, or a "type"' });
    }
    this.#connection.session = session;
    session.receive(text);
  }

  ended(): void {}
}
