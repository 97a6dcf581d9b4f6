import { base64 } from "@scure/base";
import { Hono } from "hono";
import type { RouterRoute } from "hono/types";
import type { Declaration } from "../../lib/protocol/mod.ts";
import type { OwnStream } from "../../lib/streams/mod.ts";
import type { Answers } from "../http/answers.ts";
import { documented, refusals } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { answerPacked, pack, type Packed } from "../http/packed.ts";
import { contentSecurityPolicy, type PageFiles, pageHeaders } from "../operators/dashboard.ts";
import type { Reference } from "./reference.ts";

/** A document, and what a browser that asks a host for it may do with it. */
interface Document {
  readonly packed: Packed;
  readonly policy: (host: string) => string;
}

/** A document with the declarations of streams that it was made of. */
interface Made {
  readonly of: readonly Declaration[];
  readonly document: Promise<Document>;
}

interface Maker {
  readonly path: string;
  readonly summary: string;
  readonly type: string;
  readonly make: (reference: Reference) => Promise<Document>;
}

/** The routes that the reference tells of, and those of them that are on its own port. */
interface ReferredRoutes {
  readonly told: readonly RouterRoute[];
  readonly served: readonly RouterRoute[];
  /** The operator's own streams that everybody may know of. */
  readonly own: readonly OwnStream[];
}

/** Made when somebody asks, since most gateways never show them. */
const makers: readonly Maker[] = [{
  path: "/docs",
  summary: "This reference for people",
  type: "text/html",
  async make(reference) {
    const [{ page }, { style }] = await Promise.all([import("./page.ts"), import("./style.ts")]);
    const hash = await hashOf(style);
    return {
      packed: await packText("text/html; charset=utf-8", await page(reference)),
      policy: (host) => contentSecurityPolicy(host, { "style-src": `'sha256-${hash}'` }),
    };
  },
}, {
  path: "/docs/openapi.json",
  summary: "This reference of the HTTP requests",
  type: "application/json",
  make: async (reference) => await jsonOf((await import("./openapi.ts")).openApi(reference)),
}, {
  path: "/docs/asyncapi.json",
  summary: "The reference of the WebSocket messages",
  type: "application/json",
  make: async (reference) => await jsonOf((await import("./asyncapi.ts")).asyncApi(reference)),
}];

/**
 * The protocol reference, made from what routes and messages say of themselves: a page, and documents for programs. `files`
 * has what makes the page search and ask. Protocol, all sections.
 */
export function docsRoutes(files: PageFiles, answers: Answers, routes: () => ReferredRoutes): Hono<Env> {
  const made = new Map<string, Made>();
  const app = new Hono<Env>();
  const read = async () => {
    const { told, served, own } = routes();
    const [{ referenceOf }, { ownMessages }] = await Promise.all([
      import("./reference.ts"),
      import("./own_streams.ts"),
    ]);
    return referenceOf(told, served, ownMessages(own));
  };
  for (const { path, summary, type, make } of makers) {
    const answersOf = {
      200: { description: type === "text/html" ? "A page" : "The document", type },
      304: { description: "The client has it already" },
      ...refusals(),
    };
    app.get(
      path,
      documented({ tag: "Pages", summary, answers: answersOf }, async (context) => {
        const of = routes().own.map(({ declaration }) => declaration);
        const known = made.get(path);
        // Declared anew, a stream has another declaration.
        const isNew = known === undefined || known.of.length !== of.length ||
          known.of.some((declaration, index) => declaration !== of[index]);
        const { document } = isNew ? { document: read().then(make) } : known;
        made.set(path, { of, document });
        document.catch(() => made.delete(path));
        const { packed, policy } = await document;
        const headers = {
          ...pageHeaders,
          "cache-control": "no-cache",
          "content-security-policy": policy(context.req.header("host") ?? ""),
        };
        return answerPacked(context, packed, headers, answers);
      }),
    );
  }
  return app.get(
    "/docs/:name",
    documented({
      tag: "Pages",
      summary: "What this reference loads",
      parameters: { name: "file name" },
      answers: {
        200: { description: "The file", type: "*/*" },
        304: { description: "The client has it already" },
        ...refusals(404),
      },
    }, async (context, next) => {
      const file = (await files.all())?.get(`docs/${context.req.param("name")}`);
      if (file === undefined) return await next();
      return answerPacked(context, file, { ...pageHeaders, "cache-control": "no-cache" }, answers);
    }),
  );
}

async function jsonOf(document: unknown): Promise<Document> {
  const packed = await packText("application/json; charset=utf-8", JSON.stringify(document, null, 2));
  return { packed, policy: () => "default-src 'none'; frame-ancestors 'none'" };
}

async function packText(type: string, text: string): Promise<Packed> {
  return await pack(type, new TextEncoder().encode(text));
}

/** Lets a page use the one style that is in it. */
async function hashOf(style: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
  return base64.encode(new Uint8Array(digest));
}
