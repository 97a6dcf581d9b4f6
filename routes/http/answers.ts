import { FairShares } from "../../lib/hub/mod.ts";
import { type Clock, Refusal } from "../../lib/protocol/mod.ts";
import type { Env } from "./env.ts";
import { paced } from "./paced.ts";

/** Bytes of an answer that the runtime is handed whole: more than that is handed on as it is read. */
const small = 16 * 1024;
const piece = 32 * 1024;
/** What the runtime takes in of an answer that nobody reads: five pieces and its own, as measured on Deno 2.9.6. */
const unread = 6 * piece;
/** Bytes that all answers under way may take. */
const total = 128 * 1024 * 1024;

/** The bytes of an answer, which all who get it share. */
export class Rendering {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Answers under way that are made of it. */
  holders = 0;
  /** On whose account it is held: that of the first who asked. */
  owner = "";

  constructor(content: string | Uint8Array<ArrayBuffer>) {
    this.bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  }
}

/**
 * Answers that may be large, for clients that may not read them. Over HTTP/2 the runtime takes an answer that is not read
 * for sent and keeps all of it, for as long as the connection stays: so large ones are handed on in pieces, and each
 * address has a share of the memory that they take.
 */
export class Answers {
  readonly #clock: Clock;
  readonly #shares = new FairShares(total);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The body of an answer. Throws a {@link Refusal} `rate_limited` when too much is under way that is not read. */
  bodyOf(
    { client: { address }, over }: Env["Bindings"],
    rendering: Rendering,
  ): Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> {
    const { bytes } = rendering;
    if (bytes.length <= small) return bytes;
    const giveBack = this.#take(address, rendering);
    // It is over for us when it was read, or is read too slowly; for the runtime only when the client takes no more.
    const sent = over?.();
    sent?.then(giveBack, giveBack);
    return paced(inPieces(bytes), this.#clock, () => {
      if (sent === undefined) giveBack();
    });
  }

  #take(address: string, rendering: Rendering): () => void {
    if (rendering.holders === 0) rendering.owner = address;
    const needed = rendering.holders === 0 ? rendering.bytes.length : 0;
    if (!this.#shares.take(address, unread + needed)) {
      throw new Refusal("rate_limited", { detail: "too many answers are not read", retryAfterMs: 1000 });
    }
    rendering.holders += 1;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#shares.give(address, unread);
      rendering.holders -= 1;
      if (rendering.holders === 0) this.#shares.give(rendering.owner, rendering.bytes.length);
    };
  }
}

function inPieces(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at < bytes.length) controller.enqueue(bytes.subarray(at, at += piece));
      else controller.close();
    },
  }, { highWaterMark: 0 });
}
