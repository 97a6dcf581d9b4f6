/** For whatever is not a page of ours: a browser that shows it runs, loads and frames nothing. */
const harmless = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const strict = Object.entries({
  "content-security-policy": harmless,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  // Reads with CORS are not concerned, only what other sites would embed.
  "cross-origin-resource-policy": "same-origin",
});

/** A year, as the lists of browser makers ask for it. */
const strictTransport = "max-age=31536000";

/** Tells browsers to be strict with an answer; what its route says itself stays. */
export function addSecurityHeaders({ status, headers }: Response, secure: boolean): void {
  if (status === 101) return;
  for (const [name, value] of strict) {
    if (!headers.has(name)) headers.append(name, value);
  }
  if (secure) headers.set("strict-transport-security", strictTransport);
}
