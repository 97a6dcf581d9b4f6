import { base64 } from "@scure/base";
import { Hono } from "hono";
import type { RouterRoute } from "hono/types";
import type { Answers } from "../http/answers.ts";
import { documented, refusals } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { answerPacked, pack, type Packed } from "../http/packed.ts";
import type { Reference } from "./reference.ts";

/** A document, and what a browser may do with it. */
interface Document {
  readonly packed: Packed;
  readonly policy: string;
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
    return await documentOf("text/html; charset=utf-8", await page(reference), await policyOf(style));
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
      const { packed, policy } = await document;
      const headers = { "cache-control": "no-cache", "content-security-policy": policy };
      return answerPacked(context, packed, headers, answers);
    });
  }
  return app;
}

function jsonOf(document: unknown): Promise<Document> {
  const policy = "default-src 'none'; frame-ancestors 'none'";
  return documentOf("application/json; charset=utf-8", JSON.stringify(document, null, 2), policy);
}

async function documentOf(type: string, text: string, policy: string): Promise<Document> {
  return { packed: await pack(type, new TextEncoder().encode(text)), policy };
}

/** Lets the page use its one style and nothing else. */
async function policyOf(style: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
  const hash = base64.encode(new Uint8Array(digest));
  return `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}
