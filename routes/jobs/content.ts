import { type Context, Hono } from "hono";
import type { Gateway } from "../../lib/gateway/mod.ts";
import { type Content, LedgerError } from "../../lib/inscriptions/mod.ts";
import { logger, Throttle } from "../../lib/telemetry/mod.ts";
import { Downloads } from "./downloads.ts";
import { documented, refusals } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { BadRequest } from "../http/errors.ts";
import { isKnown } from "../http/packed.ts";

const log = logger("http");

/** Inscribed files, for everybody: what is on a ledger is for all to see. Protocol, section 5. */
export function contentRoutes({ inscriptions, clock }: Gateway): Hono<Env> {
  const downloads = new Downloads(clock);
  const faults = new Throttle({ clock });
  return new Hono<Env>().get(
    "/:topicId",
    documented({
      tag: "Inscriptions",
      summary: "An inscribed file",
      parameters: { topicId: "topic id such as 0.0.5001" },
      answers: {
        200: { description: "The file as it was inscribed", type: "application/octet-stream" },
        304: { description: "The client has it already" },
        ...refusals(404),
      },
    }, async (context) => {
      const topicId = context.req.param("topicId");
      const leave = downloads.enter(context.env.client.address);
      try {
        const isTopic = /^\d{1,10}\.\d{1,10}\.\d{1,19}$/.test(topicId);
        const content = isTopic ? await inscriptions.content(topicId) : null;
        if (content === null) throw new BadRequest("There is no inscription in this topic", 404, "not_found");
        return await answer(context, content, (body) =>
          downloads.watch(body, (error) => {
            // Over HTTP/2 the runtime keeps what it took in until the client reads it or goes away.
            const sent = context.env.over?.();
            if (sent === undefined) leave();
            else sent.then(leave, leave);
            if (error instanceof LedgerError) {
              faults.error(log, "content", "Fault while serving {topicId}: {error}", { topicId, error });
            }
          }));
      } catch (error) {
        leave();
        throw error;
      }
    }),
  );
}

type Watch = (body: ReadableStream<Uint8Array>) => ReadableStream<Uint8Array>;

async function answer(context: Context<Env>, content: Content, watch: Watch): Promise<Response> {
  const headers = headersOf(content);
  const body = watch(content.body);
  const isThere = isKnown(context, headers.etag);
  if (!isThere && context.req.method !== "HEAD") return new Response(body, { headers });
  await body.cancel();
  return new Response(null, { headers, status: isThere ? 304 : 200 });
}

/** Whatever it is, it must never act with the rights of our origin. */
function headersOf({ mimeType, name, size, hash }: Content) {
  return {
    "content-type": mimeType,
    "content-length": String(size),
    "content-disposition": `attachment; filename*=UTF-8''${encodeFileName(name)}`,
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "cross-origin",
    // Compressed on the way it would have another length and another tag.
    "cache-control": "public, max-age=31536000, immutable, no-transform",
    etag: `"${hash}"`,
  };
}

/** RFC 8187, section 3.2. */
function encodeFileName(name: string): string {
  return encodeURIComponent(name.toWellFormed())
    .replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
