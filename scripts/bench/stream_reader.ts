import { Buffer } from "node:buffer";
import { inflateRawSync } from "node:zlib";
import type { Offsets } from "./stream_server.ts";

/** A client that reads what it gets and sees that nothing of a stream is missing. */
export class StreamReader {
  readonly #offsets = new Map<string, number>();
  /** Data since they were last taken away, as JSON. */
  #messages: string[] = [];
  frames = 0;

  /** Takes a frame of any format. Throws when something is missing before it, or came twice. */
  take(frame: string | ArrayBuffer): void {
    this.frames += 1;
    const text = typeof frame === "string" ? frame : inflateRawSync(Buffer.from(frame)).toString();
    for (const message of [JSON.parse(text)].flat()) {
      if (message.data !== undefined) this.#check(message);
    }
  }

  hasReached(offsets: Offsets): boolean {
    return Object.entries(offsets).every(([stream, offset]) => this.#offsets.get(stream) === offset);
  }

  takeMessages(): string[] {
    const messages = this.#messages;
    this.#messages = [];
    this.frames = 0;
    return messages;
  }

  #check(message: { type: string; offset: number }): void {
    const { type, offset } = message;
    const before = this.#offsets.get(type);
    if (before !== undefined && offset !== before + 1) {
      throw new Error(`${type} number ${offset} came after number ${before}`);
    }
    this.#offsets.set(type, offset);
    this.#messages.push(JSON.stringify(message));
  }
}
