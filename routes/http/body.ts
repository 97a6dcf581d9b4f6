import type { Context } from "hono";
import type { Gateway } from "../../lib/gateway/mod.ts";
import { type ByteLease, Pace, Pieces } from "../../lib/hub/mod.ts";
import { type Clock, Refusal } from "../../lib/protocol/mod.ts";
import type { Env } from "./env.ts";

/** The name under which bodies with the admin token are counted. */
export const operator = "operator";
/** Bytes of the largest of them. */
export const maxOperatorBody = 16 * 1024 * 1024;
/** Bytes of a body that may take as long as it takes anything to begin with. */
const small = 16 * 1024;
/** Promises that the runtime makes, at most, of a body that it has already. */
const steps = 8;

/** What bounds a body. */
export interface BodyBounds {
  /** Bytes. */
  readonly maxSize: number;
  readonly clock: Clock;
  /** On whose account it is held. */
  readonly lease: ByteLease;
  /** Counts bytes, or what work is worth in them, against the rate of whoever sends it. */
  readonly count?: ((bytes: number) => void) | undefined;
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
  const count = name === undefined ? context.get("countBytes") : undefined;
  return await readText(context.req.raw, { maxSize, clock, lease, count });
}

/**
 * A request's body as text. Throws a {@link Refusal} once it is larger than `maxSize` bytes, is not UTF-8, comes more
 * slowly than a {@link Pace} allows or in more pieces than {@link Pieces} does, or there is no room for it.
 */
export async function readText(request: Request, bounds: BodyBounds): Promise<string> {
  const { maxSize, lease } = bounds;
  const announced = Number(request.headers.get("content-length"));
  if (announced > maxSize) throw tooLarge(maxSize);
  if (!lease.hasRoom(announced || 0)) throw noRoom();
  // The runtime takes no more than what is announced.
  return announced > 0 && announced <= small
    ? await readWhole(request, announced, bounds)
    : await readPieces(request, bounds);
}

/** Mostly it is here already: then nobody needs to watch how it comes, and the runtime makes no stream of it. */
async function readWhole(
  request: Request,
  size: number,
  { clock, lease, count }: BodyBounds,
): Promise<string> {
  if (!lease.take(size)) throw noRoom();
  const reading = request.bytes().catch(incomplete);
  const text = decode(wholeText, await soon(reading) ?? await inTime(reading, clock));
  count?.(size);
  return text;
}

/** What a promise resolves to in this turn of the event loop; undefined where that takes longer. */
async function soon<T>(promise: Promise<T>): Promise<T | undefined> {
  let value: T | undefined;
  promise.then((resolved) => value = resolved, () => {});
  for (let step = 0; step < steps && value === undefined; step += 1) await undefined;
  return value;
}

/** Once the answer was sent that it is late, the runtime reads no more of it. */
async function inTime<T>(reading: Promise<T>, clock: Clock): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  using _pace = new Pace(clock, () => reject(tooSlow()));
  return await Promise.race([reading, late]);
}

async function readPieces(
  request: Request,
  { maxSize, clock, lease, count }: BodyBounds,
): Promise<string> {
  if (request.body === null) return "";
  const reader = request.body.getReader();
  let isLate = false;
  const stop = () => void reader.cancel().catch(() => {});
  using pace = new Pace(clock, () => {
    isLate = true;
    stop();
  });
  const decoder = utf8();
  const pieces = new Pieces();
  let text = "";
  try {
    for (;;) {
      const { value, done } = await reader.read().catch(incomplete);
      if (done) break;
      if (!await pieces.add(value.byteLength)) throw inCrumbs();
      if (pieces.bytes > maxSize) throw tooLarge(maxSize);
      if (!lease.take(value.byteLength)) throw noRoom();
      pace.count(value.byteLength);
      text += decode(decoder, value, true);
    }
  } catch (error) {
    stop();
    throw error;
  } finally {
    count?.(pieces.weight);
  }
  if (isLate) throw tooSlow();
  return text + decode(decoder);
}

const wholeText = utf8();

function utf8(): TextDecoder {
  return new TextDecoder("utf-8", { fatal: true });
}

function decode(decoder: TextDecoder, bytes?: Uint8Array, stream = false): string {
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

function tooSlow(): Refusal {
  return new Refusal("invalid_message", { detail: "the body comes too slowly", status: 408 });
}

function inCrumbs(): Refusal {
  return new Refusal("invalid_message", { detail: "the body comes in pieces that are too small" });
}

function noRoom(): Refusal {
  return new Refusal("rate_limited", { detail: "too many bytes are under way", retryAfterMs: 1000 });
}
