import { type Context, type Handler, Hono } from "hono";
import { z } from "zod";
import type { Answers } from "../http/answers.ts";
import { documented, refusals, upgraded } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { answerPacked, pack, type Packed } from "../http/packed.ts";

/** What {@link dashboardRoutes} works with. */
export interface DashboardOptions {
  /** What `scripts/build_dashboard.ts` built; part of a compiled binary. */
  readonly folder: string;
  /** Where answers are bounded. */
  readonly answers?: Answers;
}

const manifestSchema = z.object({
  files: z.array(z.object({
    path: z.string(),
    file: z.string().regex(/^[\w-]+\.[a-z]+$/),
    type: z.string(),
  })),
});

type Assets = ReadonlyMap<string, Packed>;

const policy = {
  "default-src": "'none'",
  "script-src": "'self'",
  "style-src": "'self'",
  "img-src": "'self' data:",
  "frame-ancestors": "'none'",
  "base-uri": "'none'",
  "form-action": "'none'",
};
const securityHeaders = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
};
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
export function dashboardRoutes(options: DashboardOptions): Hono<Env> {
  const assets = loaderOf(options);
  const { answers } = options;
  return new Hono<Env>()
    .get(
      "/",
      documented({
        tag: "Pages",
        summary: "The dashboard, or a WebSocket for streams",
        answers: {
          101: upgraded,
          200: { description: "A page", type: "text/html" },
          ...refusals(400, 403, 426, 503),
        },
      }),
      async (context, next) =>
        wantsPage(context) ? servePage(context, "", await assets(), answers) : await next(),
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
      }),
      serveAsset(assets, answers),
    );
}

/** The operators' page, and what it loads. */
export function consolePages(options: DashboardOptions): Hono<Env> {
  const assets = loaderOf(options);
  return new Hono<Env>()
    .get(
      "/console",
      documented({
        tag: "Pages",
        summary: "The operators' page",
        description: "On the operators' own port where there is one.",
        answers: { 200: { description: "The page", type: "text/html" }, ...refusals(503) },
      }),
      async (context) => servePage(context, "console", await assets(), options.answers),
    )
    .get("/assets/:name", serveAsset(assets, options.answers));
}

type Load = () => Promise<Assets | undefined>;

function serveAsset(assets: Load, answers: Answers | undefined): Handler<Env, "/assets/:name"> {
  return async (context, next) => {
    const asset = (await assets())?.get(`assets/${context.req.param("name")}`);
    if (asset === undefined) return await next();
    return answerPacked(context, asset, { ...securityHeaders, "cache-control": forever }, answers);
  };
}

function loaderOf({ folder }: DashboardOptions): Load {
  let loaded: Promise<Assets | undefined> | undefined;
  const forget = (error: unknown) => {
    loaded = undefined;
    throw error;
  };
  return async () => {
    loaded ??= load(folder);
    const found = await loaded.catch(forget);
    // It may be built while the server runs.
    if (found === undefined) loaded = undefined;
    return found;
  };
}

function wantsPage({ req }: Context<Env>): boolean {
  return req.header("upgrade") === undefined && (req.header("accept") ?? "").includes("text/html");
}

function servePage(
  context: Context<Env>,
  path: "" | "console",
  assets: Assets | undefined,
  answers: Answers | undefined,
): Response {
  const page = assets?.get(path);
  const headers = {
    ...securityHeaders,
    vary: "Accept, Accept-Encoding",
    "cache-control": "no-cache",
    "content-security-policy": contentSecurityPolicy(context.req.header("host") ?? ""),
  };
  return page === undefined
    ? context.html(notBuilt, 503, headers)
    : answerPacked(context, page, headers, answers);
}

/** Older browsers do not take `'self'` for WebSockets; the host is from outside, so that only a plain one is named. */
function contentSecurityPolicy(host: string): string {
  const sockets = /^[\w.-]+(?::\d+)?$/.test(host) ? ` ws://${host} wss://${host}` : "";
  const rules = { ...policy, "connect-src": `'self'${sockets}` };
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
