import type { Frame, Link } from "../../lib/hub/mod.ts";
import { errorKinds } from "../../lib/protocol/mod.ts";

const encoder = new TextEncoder();
/** What a proxy that holds answers back until they are whole shows at once, and how long clients wait to come back. */
const opening = encoder.encode(": connected\nretry: 2000\n\n");
const highWaterMark = 64 * 1024;

/** A server-sent event stream as the hub knows it: bytes go out as they are, texts become events. */
export class EventLink implements Link {
  /** The answer's body. */
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  #controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;

  /** `ended` is called once, when the client has gone or the stream is closed. */
  constructor(private readonly ended: () => void) {
    this.body = new ReadableStream({
      start: (controller) => {
        this.#controller = controller;
        controller.enqueue(opening);
      },
      cancel: () => this.#end(),
    }, { highWaterMark, size: ({ byteLength }) => byteLength });
  }

  get bufferedAmount(): number {
    return highWaterMark - (this.#controller?.desiredSize ?? highWaterMark);
  }

  send(frame: Frame): void {
    this.#controller?.enqueue(typeof frame === "string" ? encoder.encode(asEvent(frame)) : frame);
  }

  close(code: number, reason: string): void {
    const controller = this.#controller;
    this.#end();
    if (code !== errorKinds.slow_consumer.close.code) controller?.enqueue(encoder.encode(`: ${reason}\n\n`));
    // Whoever does not read would keep what waits for it, and the socket.
    if (code === errorKinds.slow_consumer.close.code) controller?.error(new Error(reason));
    else controller?.close();
  }

  sever(): void {
    const controller = this.#controller;
    this.#end();
    controller?.error(new Error("severed"));
  }

  #end(): void {
    if (this.#controller === undefined) return;
    this.#controller = undefined;
    this.ended();
  }
}

/** Error frames: named so that they are not taken for the `error` that an EventSource fires itself. */
function asEvent(frame: string): string {
  return `event: refused\ndata: ${frame}\n\n`;
}
