const isoUtc = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|\+00:00)$/;

/** How far, in seconds, a message's timestamp may lie from the receiver's clock. */
export const timestampWindow = 300;

/** Milliseconds since the Unix epoch of an ISO 8601 time in UTC (`Z` or `+00:00`), null when it is not one. */
export function parseTimestamp(text: string): number | null {
  if (!isoUtc.test(text)) return null;
  const milliseconds = Date.parse(text.replace(/(\.\d{3})\d+/, "$1"));
  return Number.isNaN(milliseconds) ? null : milliseconds;
}

/** The ISO 8601 text of a time, as Python's `datetime.isoformat()` writes it in UTC. */
export function formatTimestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("Z", "+00:00");
}

/** The UTC day of a time, as `2026-11-21`. */
export function utcDay(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}
