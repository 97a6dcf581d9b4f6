const day = "86400";

/** Which web pages may speak to the server, and how browsers are told (Fetch standard, section 3.3). */
export class CrossOrigin {
  readonly #origins: "all" | readonly string[];

  constructor(origins: "all" | readonly string[]) {
    this.#origins = origins;
  }

  /** Whether a request from this origin is served; those that name none do not come from a web page. */
  allows(origin: string | null): boolean {
    return origin === null || this.#origins === "all" || this.#origins.includes(origin);
  }

  /** The answer to a preflight. */
  preflight(request: Request): Response {
    const headers = new Headers({ "access-control-max-age": day });
    headers.set("access-control-allow-methods", "GET,POST");
    const asked = request.headers.get("access-control-request-headers");
    if (asked !== null) headers.set("access-control-allow-headers", asked);
    headers.append("vary", "Access-Control-Request-Headers");
    return new Response(null, { status: 204, headers });
  }

  /** Marks an answer as readable for the page that asked. Everybody may read without credentials, listed origins with them. */
  mark(headers: Headers, origin: string | null): void {
    if (this.#origins === "all") {
      headers.set("access-control-allow-origin", "*");
      return;
    }
    headers.append("vary", "Origin");
    if (origin === null || !this.#origins.includes(origin)) return;
    headers.set("access-control-allow-origin", origin);
    headers.set("access-control-allow-credentials", "true");
  }
}
