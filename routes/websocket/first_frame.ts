import type { Gateway } from "../../lib/gateway/mod.ts";
import type { Connection, Session } from "../../lib/hub/mod.ts";
import { parseMessage, Refusal, toPlain, valueBounds } from "../../lib/protocol/mod.ts";

/** Until a client on `/ws` has said what it is: a frame with `hotkey` makes it a miner, one with `type` a stream client, one with `method` The Block's page. */
export class FirstFrame implements Session {
  readonly #connection: Connection;
  readonly #gateway: Gateway;

  constructor(connection: Connection, gateway: Gateway) {
    this.#connection = connection;
    this.#gateway = gateway;
  }

  receive(text: string): void {
    const { validator, streams } = this.#gateway;
    const message = parseMessage(text, valueBounds.stranger);
    if ("hotkey" in message) {
      const session = this.#connection.session = validator.createSession(this.#connection);
      session.begin(message);
    } else if ("type" in message) {
      const session = this.#connection.session = streams.createSession(this.#connection);
      session.take(toPlain(message));
    } else if ("method" in message) {
      const session = this.#connection.session = streams.createPageSession(this.#connection);
      session.take(toPlain(message));
    } else {
      throw new Refusal("invalid_message", { detail: 'expected "hotkey" to authenticate, or a "type"' });
    }
  }

  ended(): void {}
}
