import { bytesToHex } from "@noble/hashes/utils.js";
import { base64 } from "@scure/base";
import { type Context, Hono } from "hono";
import type { RouterRoute } from "hono/types";
import { type Answers, Rendering } from "../http/answers.ts";
import { documented, refusals } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import type { Reference } from "./reference.ts";

interface Document {
  readonly type: string;
  readonly etag: string;
  readonly policy: string;
  readonly plain: Rendering;
  readonly gzip: Rendering;
}

interface Maker {
  readonly path: string;
  readonly summary: string;
  readonly type: string;
  readonly make: (reference: Reference) => Promise<Document>;
}

/** Made when somebody asks, since most gateways never show them. */
const makers: readonly Maker[] = [{
  path: "/docs",
  summary: "This reference for people",
  type: "text/html",
  async make(reference) {
    const [{ page }, { style }] = await Promise.all([import("./page.ts"), import("./style.ts")]);
    return await pack("text/html; charset=utf-8", page(reference), await policyOf(style));
  },
}, {
  path: "/docs/openapi.json",
  summary: "This reference of the HTTP requests",
  type: "application/json",
  make: async (reference) => await packJson((await import("./openapi.ts")).openApi(reference)),
}, {
  path: "/docs/asyncapi.json",
  summary: "The reference of the WebSocket messages",
  type: "application/json",
  make: async (reference) => await packJson((await import("./asyncapi.ts")).asyncApi(reference)),
}];

/**
 * The protocol reference, made from what routes and messages say of themselves: a page, and documents for programs.
 * `allRoutes` answers all that are there. Protocol, all sections.
 */
export function docsRoutes(answers: Answers, allRoutes: () => readonly RouterRoute[]): Hono<Env> {
  const made = new Map<string, Promise<Document>>();
  const app = new Hono<Env>();
  const read = async () => (await import("./reference.ts")).referenceOf(allRoutes());
  for (const { path, summary, type, make } of makers) {
    const answersOf = {
      200: { description: type === "text/html" ? "A page" : "The document", type },
      304: { description: "The client has it already" },
      ...refusals(),
    };
    app.get(path, documented({ tag: "Pages", summary, answers: answersOf }), async (context) => {
      const document = made.get(path) ?? read().then(make);
      made.set(path, document);
      document.catch(() => made.delete(path));
      return answer(context, await document, answers);
    });
  }
  return app;
}

function answer(
  { req, env }: Context<Env>,
  { type, etag, policy, plain, gzip }: Document,
  answers: Answers,
): Response {
  const headers = new Headers({
    etag,
    vary: "Accept-Encoding",
    "cache-control": "no-cache",
    "content-security-policy": policy,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  });
  if (req.header("if-none-match")?.includes(etag)) return new Response(null, { status: 304, headers });
  headers.set("content-type", type);
  if (!/\bgzip\b/.test(req.header("accept-encoding") ?? "")) {
    return new Response(answers.bodyOf(env, plain), { headers });
  }
  headers.set("content-encoding", "gzip");
  return new Response(answers.bodyOf(env, gzip), { headers });
}

function packJson(document: unknown): Promise<Document> {
  const policy = "default-src 'none'; frame-ancestors 'none'";
  return pack("application/json; charset=utf-8", JSON.stringify(document, null, 2), policy);
}

async function pack(type: string, text: string, policy: string): Promise<Document> {
  const plain = new TextEncoder().encode(text);
  const compressed = new Blob([plain]).stream().pipeThrough(new CompressionStream("gzip"));
  const gzip = new Uint8Array(await new Response(compressed).arrayBuffer());
  return {
    type,
    policy,
    plain: new Rendering(plain),
    gzip: new Rendering(gzip),
    etag: `W/"${bytesToHex(await digest(plain)).slice(0, 16)}"`,
  };
}

/** Lets the page use its one style and nothing else. */
async function policyOf(style: string): Promise<string> {
  const hash = base64.encode(await digest(new TextEncoder().encode(style)));
  return `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
