import { createMiddleware } from "hono/factory";
import type { Env } from "./env.ts";

/** For whatever is not a page of ours: a browser that shows it runs, loads and frames nothing. */
const harmless = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const headers = {
  "content-security-policy": harmless,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  // Reads with CORS are not concerned, only what other sites would embed.
  "cross-origin-resource-policy": "same-origin",
};

/** A year, as the lists of browser makers ask for it. */
const strictTransport = "max-age=31536000";

/** Tells browsers to be strict with all that is served; what a route says itself stays. */
export function securityHeaders() {
  return createMiddleware<Env>(async (context, next) => {
    await next();
    const { res } = context;
    if (res.status === 101) return;
    for (const [name, value] of Object.entries(headers)) {
      if (!res.headers.has(name)) res.headers.set(name, value);
    }
    if (context.env.client.secure) res.headers.set("strict-transport-security", strictTransport);
  });
}
