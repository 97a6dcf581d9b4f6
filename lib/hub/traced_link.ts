import { logger } from "../telemetry/mod.ts";
import type { Frame, Link } from "./link.ts";

const log = logger("websocket");

/** A link whose outgoing frames are logged. */
export class TracedLink implements Link {
  readonly #link: Link;
  readonly #id: string;

  constructor(link: Link, id: string) {
    this.#link = link;
    this.#id = id;
  }

  get bufferedAmount(): number {
    return this.#link.bufferedAmount;
  }

  send(frame: Frame): void {
    log.trace("{id} > {frame}", {
      id: this.#id,
      frame: typeof frame === "string" ? frame : `${frame.length} bytes`,
    });
    this.#link.send(frame);
  }

  close(code: number, reason: string): void {
    log.trace("{id} closes with {code} {reason}", { id: this.#id, code, reason });
    this.#link.close(code, reason);
  }

  sever(): void {
    this.#link.sever();
  }
}
