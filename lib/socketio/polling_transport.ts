import { closePatience } from "../hub/server_socket.ts";
import type { Clock, Timer } from "../protocol/clock.ts";
import { type BodyBounds, BodyText } from "./body_text.ts";
import { EngineFault, type FaultKind, refuse } from "./engine_errors.ts";
import { decodeBody, encodeBody, type EnginePacket } from "./engine_packet.ts";
import type { Transport, TransportOwner } from "./transport.ts";

/** What a {@link PollingTransport} needs. */
interface PollingOptions {
  readonly clock: Clock;
  /** What bounds the next POST's body. */
  bounds(): BodyBounds;
}

/** Packets to the client in the answers to its GETs, packets from it in its POSTs; one of each at a time. */
export class PollingTransport implements Transport {
  readonly name = "polling";
  readonly backlog = 0;
  readonly #owner: TransportOwner;
  readonly #options: PollingOptions;
  /** Answers the poll that waits. */
  #answer: ((body: string) => void) | undefined;
  #body: BodyText | undefined;
  /** What to run once the client was told the end. */
  #ending: (() => void) | undefined;
  #timer: Timer | undefined;
  #dropped = false;
  #retired = false;

  constructor(owner: TransportOwner, options: PollingOptions) {
    this.#owner = owner;
    this.#options = options;
  }

  get open(): boolean {
    return this.#answer !== undefined;
  }

  get writable(): boolean {
    return this.open;
  }

  /** A GET: waits for packets. A second one at the same time ends the session. */
  poll(signal: AbortSignal): Promise<Response> {
    if (this.open) return Promise.resolve(this.#fail("poll overlap from client"));
    const { promise, resolve } = Promise.withResolvers<Response>();
    const gone = () =>
      this.#owner.lost("transport error", new EngineFault("lost", "poll connection closed prematurely"));
    this.#answer = (body) => {
      signal.removeEventListener("abort", gone);
      this.#answer = undefined;
      resolve(new Response(body, { headers: { "content-type": "text/plain; charset=UTF-8" } }));
    };
    signal.addEventListener("abort", gone);
    this.#owner.ready();
    if (this.#ending !== undefined && this.open) this.send([]);
    return promise;
  }

  /** A POST: takes in its packets. A second one at the same time ends the session. */
  async post(request: Request): Promise<Response> {
    if (this.#body !== undefined) return this.#fail("data request overlap from client");
    if (request.headers.get("content-type") === "application/octet-stream") {
      return this.#fail("invalid content");
    }
    // In chunks it could keep the runtime busy for as long as the client likes, and its trailers take any memory.
    if (request.headers.has("transfer-encoding")) return this.#fail("data request without content length");
    const bounds = this.#options.bounds();
    const body = this.#body = new BodyText(request, bounds);
    try {
      const text = await body.read();
      if (this.#dropped) return refuse("badRequest");
      if (text === BodyText.tooLarge) return this.#fail("payload too large", "size");
      return this.#receive(text);
    } catch {
      return this.#fail("data request connection closed prematurely", "lost");
    } finally {
      bounds.lease?.release();
      this.#body = undefined;
    }
  }

  send(packets: readonly EnginePacket[]): void {
    // A close of its own answer: npm's client drops messages that come together with it.
    if (this.#ending === undefined || packets.length > 0) return this.#answer?.(encodeBody(packets));
    const ending = this.#ending;
    this.#timer?.cancel();
    this.#ending = undefined;
    this.#answer?.(encodeBody([{ type: "close" }]));
    ending();
  }

  close(done: () => void): void {
    this.#ending = done;
    if (this.open) this.send([]);
    // A client between two polls comes, and is told.
    else this.#timer = this.#options.clock.after(closePatience, done);
  }

  drop(): void {
    this.#dropped = true;
    this.#timer?.cancel();
    this.#ending = undefined;
    if (this.open) this.send([{ type: "close" }]);
    this.#body?.cancel();
  }

  /** Another transport takes over: the poll that waits is let go, a POST on its way in still counts. */
  retire(): void {
    this.#retired = true;
    if (this.open) this.send([{ type: "noop" }]);
  }

  #receive(text: string): Response {
    for (const packet of decodeBody(text)) {
      // The one who closes needs no answer to its own poll.
      if (packet.type === "close" && this.open) this.send([{ type: "noop" }]);
      if (!this.#owner.receive(packet)) return refuse("badRequest");
    }
    // As HTML, since some browsers offered plain text as a download.
    return new Response("ok", { headers: { "content-type": "text/html" } });
  }

  #fail(why: string, kind: FaultKind = "protocol"): Response {
    if (!this.#retired) this.#owner.lost("transport error", new EngineFault(kind, why));
    return refuse(kind === "size" ? "tooLarge" : "badRequest");
  }
}
