import type { Context } from "hono";
import type { Gateway } from "../../lib/gateway/mod.ts";
import { type ByteLease, Pace } from "../../lib/hub/mod.ts";
import { type Clock, Refusal } from "../../lib/protocol/mod.ts";
import type { Env } from "./env.ts";

/** The name under which bodies with the admin token are counted. */
export const operator = "operator";
/** Bytes of the largest of them. */
export const maxOperatorBody = 16 * 1024 * 1024;

/** What bounds a body. */
export interface BodyBounds {
  /** Bytes. */
  readonly maxSize: number;
  readonly clock: Clock;
  /** On whose account it is held. */
  readonly lease: ByteLease;
}

/**
 * A request's body as text, on the account of whom `name` names, else of the client's address; it is held until the
 * request is answered. Throws a {@link Refusal}.
 */
export async function readBody(
  context: Context<Env>,
  { hub, clock }: Gateway,
  { maxSize, name }: { maxSize: number; name?: string },
): Promise<string> {
  const { address } = context.env.client;
  const lease = hub.budget.lease(name === undefined ? { address } : { name });
  context.set("lease", lease);
  const text = await readText(context.req.raw, { maxSize, clock, lease });
  if (name === undefined) context.get("countBytes")?.(text.length);
  return text;
}

/**
 * A request's body as text. Throws a {@link Refusal} once it is larger than `maxSize` bytes, is not UTF-8, comes more
 * slowly than a {@link Pace} allows, or there is no room for it.
 */
export async function readText(request: Request, { maxSize, clock, lease }: BodyBounds): Promise<string> {
  const announced = Number(request.headers.get("content-length"));
  if (announced > maxSize) throw tooLarge(maxSize);
  if (request.body === null) return "";
  if (!lease.hasRoom(announced || 0)) throw noRoom();
  const reader = request.body.getReader();
  let isLate = false;
  const stop = () => void reader.cancel().catch(() => {});
  using pace = new Pace(clock, () => {
    isLate = true;
    stop();
  });
  const body = new Utf8();
  let size = 0;
  try {
    for (;;) {
      const { value, done } = await reader.read().catch(incomplete);
      if (done) break;
      size += value.byteLength;
      if (size > maxSize) throw tooLarge(maxSize);
      if (!lease.take(value.byteLength)) throw noRoom();
      pace.count(value.byteLength);
      body.add(value);
    }
  } catch (error) {
    stop();
    throw error;
  }
  if (isLate) {
    throw new Refusal("invalid_message", { detail: "the body comes too slowly", status: 408 });
  }
  return body.end();
}

/** Text that comes in pieces; most of it comes in one, which is decoded for a third of what a stream of them costs. */
class Utf8 {
  #only: Uint8Array | undefined;
  #decoder: TextDecoder | undefined;
  #text = "";

  add(bytes: Uint8Array): void {
    const [before, decoder] = [this.#only, this.#decoder];
    if (before === undefined && decoder === undefined) this.#only = bytes;
    else {
      this.#decoder ??= new TextDecoder("utf-8", { fatal: true });
      if (before !== undefined) this.#text = decode(this.#decoder, before, true);
      this.#only = undefined;
      this.#text += decode(this.#decoder, bytes, true);
    }
  }

  /** All of it. Throws a {@link Refusal} where that is no UTF-8. */
  end(): string {
    const decoder = this.#decoder ?? new TextDecoder("utf-8", { fatal: true });
    return this.#text + decode(decoder, this.#only);
  }
}

function decode(decoder: TextDecoder, bytes: Uint8Array | undefined, stream = false): string {
  try {
    return decoder.decode(bytes, { stream });
  } catch {
    return incomplete();
  }
}

function incomplete(): never {
  throw new Refusal("invalid_message", { detail: "expected a complete body in UTF-8" });
}

function tooLarge(maxSize: number): Refusal {
  return new Refusal("invalid_message", { detail: `larger than ${maxSize} bytes`, status: 413 });
}

function noRoom(): Refusal {
  return new Refusal("rate_limited", { detail: "too many bytes are under way", retryAfterMs: 1000 });
}
