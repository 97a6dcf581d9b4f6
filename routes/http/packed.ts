import { eTag, ifNoneMatch } from "@std/http/etag";
import { acceptsEncodings } from "@std/http/negotiation";
import type { Context } from "hono";
import { type Answers, Rendering } from "./answers.ts";
import type { Env } from "./env.ts";

/** What stays the same for a while: it is sent compressed where a client takes that, and not to those who have it. */
export interface Packed {
  readonly type: string;
  readonly etag: string;
  readonly plain: Rendering;
  readonly gzip: Rendering;
}

/** Packs what is served often; `gzip` is the same compressed, where it is there already. */
export async function pack(
  type: string,
  plain: Uint8Array<ArrayBuffer>,
  gzip?: Uint8Array<ArrayBuffer>,
): Promise<Packed> {
  return {
    type,
    etag: await eTag(plain, { weak: true }) ?? "",
    plain: new Rendering(plain),
    gzip: new Rendering(gzip ?? await compress(plain)),
  };
}

/** Whether a client has it already. */
export function isKnown({ req }: Context, etag: string): boolean {
  return !ifNoneMatch(req.header("if-none-match") ?? null, etag);
}

/** Answers with what is packed, in the form that the client takes; `headers` are those that say the rest. */
export function answerPacked(
  context: Context<Env>,
  { type, etag, plain, gzip }: Packed,
  headers: Readonly<Record<string, string>>,
  answers: Answers | undefined,
): Response {
  const all = { etag, vary: "Accept-Encoding", ...headers };
  if (isKnown(context, etag)) return context.body(null, 304, all);
  const isCompressed = takesGzip(context);
  const rendering = isCompressed ? gzip : plain;
  const body = answers?.bodyOf(context.env, rendering) ?? rendering.bytes;
  return context.body(body, 200, {
    ...all,
    "content-type": type,
    ...isCompressed ? { "content-encoding": "gzip" } : {},
  });
}

/** Who does not say what it takes may be a person at a terminal. */
function takesGzip({ req }: Context): boolean {
  return req.header("accept-encoding") !== undefined &&
    acceptsEncodings(req.raw, "gzip", "identity") === "gzip";
}

async function compress(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const compressed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(compressed).arrayBuffer());
}
