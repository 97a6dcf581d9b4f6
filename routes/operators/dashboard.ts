import { type Context, type Handler, Hono } from "hono";
import { z } from "zod";
import type { Answers } from "../http/answers.ts";
import { documented, refusals, upgraded } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { answerPacked, pack, type Packed } from "../http/packed.ts";

const manifestSchema = z.object({
  files: z.array(z.object({
    path: z.string(),
    file: z.string().regex(/^[\w-]+\.[a-z]+$/),
    type: z.string(),
  })),
});

type Assets = ReadonlyMap<string, Packed>;

/** The pages' files, which are read once for all who serve them. */
export class PageFiles {
  readonly #folder: string;
  #loaded: Promise<Assets | undefined> | undefined;

  /** `folder` is what `scripts/build_dashboard.ts` built; part of a compiled binary. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** By their path; undefined where nothing is built, which may be while the server runs. */
  async all(): Promise<Assets | undefined> {
    this.#loaded ??= load(this.#folder);
    try {
      const found = await this.#loaded;
      if (found === undefined) this.#loaded = undefined;
      return found;
    } catch (error) {
      this.#loaded = undefined;
      throw error;
    }
  }
}

const policy: Readonly<Record<string, string>> = {
  "default-src": "'none'",
  "script-src": "'self'",
  "style-src": "'self'",
  "img-src": "'self' data:",
  "frame-ancestors": "'none'",
  "base-uri": "'none'",
  "form-action": "'none'",
};
/** What browsers are told with every page. */
export const pageHeaders = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
};
/** What a file may do that is no part of a page: a worker that checks signatures has WebAssembly and nothing else. */
const assetPolicy = "default-src 'none'; script-src 'wasm-unsafe-eval'";
const hour = 3600;
const forever = `public, max-age=${24 * 365 * hour}, immutable`;
const notBuilt = `<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>Heliograph</title>
<h1>The dashboard is not built yet</h1>
<p>Run <code>deno task dashboard</code> in the repository, then reload this page.</p>
<p>Everything else of this server works without it.</p>
</html>
`;

/** The page for people on `/`, and what it loads. Whoever does not ask for a page is left to the next route. */
export function dashboardRoutes(files: PageFiles, answers?: Answers): Hono<Env> {
  return new Hono<Env>()
    .get(
      "/",
      documented(
        {
          tag: "Pages",
          summary: "The dashboard, or a WebSocket for streams",
          answers: {
            101: upgraded,
            200: { description: "A page", type: "text/html" },
            ...refusals(400, 403, 426, 503),
          },
        },
        async (context, next) =>
          wantsPage(context) ? servePage(context, "", await files.all(), answers) : await next(),
      ),
    )
    .get(
      "/assets/:name",
      documented({
        tag: "Pages",
        summary: "What the pages load",
        parameters: { name: "file name" },
        answers: {
          200: { description: "The file", type: "*/*" },
          304: { description: "The client has it already" },
          ...refusals(404),
        },
      }, serveAsset(files, answers)),
    );
}

/** The operators' page, and what it loads. */
export function consolePages(files: PageFiles): Hono<Env> {
  return new Hono<Env>()
    .get(
      "/console",
      documented({
        tag: "Pages",
        summary: "The operators' page",
        description: "On the operators' own port where there is one.",
        answers: { 200: { description: "The page", type: "text/html" }, ...refusals(503) },
      }, async (context) => servePage(context, "console", await files.all())),
    )
    .get("/assets/:name", serveAsset(files));
}

function serveAsset(files: PageFiles, answers?: Answers): Handler<Env, "/assets/:name"> {
  return async (context, next) => {
    const asset = (await files.all())?.get(`assets/${context.req.param("name")}`);
    if (asset === undefined) return await next();
    const headers = {
      ...pageHeaders,
      "cache-control": forever,
      "content-security-policy": assetPolicy,
    };
    return answerPacked(context, asset, headers, answers);
  };
}

function wantsPage({ req }: Context<Env>): boolean {
  return req.header("upgrade") === undefined && (req.header("accept") ?? "").includes("text/html");
}

function servePage(
  context: Context<Env>,
  path: "" | "console",
  assets: Assets | undefined,
  answers?: Answers,
): Response {
  const page = assets?.get(path);
  const headers = {
    ...pageHeaders,
    vary: "Accept, Accept-Encoding",
    "cache-control": "no-cache",
    "content-security-policy": contentSecurityPolicy(context.req.header("host") ?? ""),
  };
  return page === undefined
    ? context.html(notBuilt, 503, headers)
    : answerPacked(context, page, headers, answers);
}

/**
 * What a page may do, but for what is its `own`. Older browsers do not take `'self'` for WebSockets; the host is from
 * outside, so that only a plain one is named.
 */
export function contentSecurityPolicy(host: string, own: Readonly<Record<string, string>> = {}): string {
  const sockets = /^[\w.-]+(?::\d+)?$/.test(host) ? ` ws://${host} wss://${host}` : "";
  const rules = { ...policy, ...own, "connect-src": `'self'${sockets}` };
  return Object.entries(rules).map(([name, value]) => `${name} ${value}`).join("; ");
}

/** Reads all that the manifest names; undefined when nothing is built. */
async function load(folder: string): Promise<Assets | undefined> {
  try {
    const { files } = manifestSchema.parse(JSON.parse(await Deno.readTextFile(`${folder}/manifest.json`)));
    const entries = files.map(async ({ path, file, type }) =>
      [path, await loadAsset(`${folder}/${file}`, type)] as const
    );
    return new Map(await Promise.all(entries));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function loadAsset(path: string, type: string): Promise<Packed> {
  const [plain, gzip] = await Promise.all([Deno.readFile(path), Deno.readFile(`${path}.gz`)]);
  return await pack(type, plain, gzip);
}
