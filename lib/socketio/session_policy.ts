import { TokenBucket } from "../hub/token_bucket.ts";
import type { BodyBounds } from "./body_text.ts";
import { EngineFault } from "./engine_errors.ts";
import type { EngineOptions } from "./engine_options.ts";
import type { MessageData } from "./engine_packet.ts";
import type { EngineSession } from "./engine_session.ts";

/** What bounds one session: how much its client may send, and how much may wait for it. Nothing of it may throw. */
export interface SessionPolicy {
  /** What bounds the body of the next POST. */
  bodyBounds(): Omit<BodyBounds, "clock">;
  /**
   * Takes in a message of the client's: hands it on with {@link EngineSession.deliver}, answers it, or ends the session.
   * False when it must not have been sent; undefined is an empty one.
   */
  take(message: MessageData | undefined): boolean;
  /** Whether so many more bytes may wait unsent now; may end the session where they may not. */
  hasRoom(bytes: number): boolean;
}

/** What {@link EngineOptions} say for each session by itself, whoever its client is. */
export class PlainPolicy implements SessionPolicy {
  readonly #session: EngineSession;
  readonly #engine: EngineOptions;
  readonly #messages: TokenBucket | undefined;

  constructor(session: EngineSession, engine: EngineOptions) {
    this.#session = session;
    this.#engine = engine;
    const { rateLimit, clock } = engine;
    if (rateLimit < Infinity) this.#messages = new TokenBucket(rateLimit, 4 * rateLimit, clock.elapsed());
  }

  bodyBounds(): Omit<BodyBounds, "clock"> {
    return { maxSize: this.#engine.maxHttpBufferSize };
  }

  take(message: MessageData | undefined): boolean {
    if (this.#messages?.take(this.#engine.clock.elapsed()) ?? true) return this.#session.deliver(message);
    this.#session.lost("transport error", new EngineFault("rate", "too many messages"));
    return false;
  }

  hasRoom(bytes: number): boolean {
    const { queued } = this.#session;
    // One message alone may be as large as it likes: that it waits is no sign of a slow client.
    if (queued === 0 || queued + bytes <= this.#engine.maxBuffer) return true;
    this.#session.lost("transport error", new EngineFault("slow", `${queued} bytes wait unsent`));
    return false;
  }
}
