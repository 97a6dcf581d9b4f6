const date = String.raw`(?<year>\d{4})(?<dash>-?)(?<month>\d\d)\k<dash>(?<day>\d\d)`;
const time = String
  .raw`(?<hour>\d\d)(?:(?<colon>:?)(?<minute>\d\d)(?:\k<colon>(?<second>\d\d)(?:[.,](?<fraction>\d+))?)?)?`;
const offset = String
  .raw`(?<sign>[+-])(?<hours>\d\d)(?:(?<mark>:?)(?<minutes>\d\d)(?:\k<mark>(?<seconds>\d\d))?)?`;
const iso = new RegExp(`^${date}(?:[T ]${time}(?:(?<utc>Z)|${offset})?)?$`);

/** How far, in seconds, a message's timestamp may lie from the receiver's clock. */
export const timestampWindow = 300;

/**
 * Milliseconds since the Unix epoch of an ISO 8601 time with an offset or `Z`, as Python's `datetime.fromisoformat` takes
 * it but for weeks; null when it is not one.
 */
export function parseTimestamp(text: string): number | null {
  const read = readIso(text);
  return read === null || read.offset === null ? null : read.local - read.offset;
}

/** Whether a text is a date of ISO 8601, with or without a time and an offset. */
export function isDate(text: string): boolean {
  return readIso(text) !== null;
}

/** The second of the last time that was written, as text: most are of the same one as the time before. */
let [second, secondText] = [NaN, ""];

/** The ISO 8601 text of a time, as Python's `datetime.isoformat()` writes it in UTC. */
export function formatTimestamp(milliseconds: number): string {
  const begun = Math.floor(milliseconds / 1000);
  if (begun !== second) {
    secondText = new Date(1000 * begun).toISOString().slice(0, -4);
    second = begun;
  }
  return `${secondText}${String(Math.floor(milliseconds) - 1000 * begun).padStart(3, "0")}+00:00`;
}

/** The UTC day of a time, as `2026-11-21`. */
export function utcDay(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}

/** What the clock on the wall says, and its offset, in milliseconds; an offset of null: there is none. */
function readIso(text: string): { readonly local: number; readonly offset: number | null } | null {
  const parts = iso.exec(text)?.groups;
  if (parts === undefined) return null;
  const number = (name: string) => Number(parts[name] ?? 0);
  const [year, month, day] = [number("year"), number("month"), number("day")];
  const ofDay = timeOfDay(number("hour"), number("minute"), number("second"));
  const size = timeOfDay(number("hours"), number("minutes"), number("seconds"));
  const midnight = new Date(0).setUTCFullYear(year, month - 1, day);
  const isReal = year > 0 && new Date(midnight).getUTCMonth() === month - 1 && day > 0;
  if (!isReal || ofDay === null || size === null) return null;
  const fraction = Number((parts["fraction"] ?? "").slice(0, 3).padEnd(3, "0"));
  const hasOffset = parts["utc"] !== undefined || parts["sign"] !== undefined;
  return {
    local: midnight + ofDay + fraction,
    offset: hasOffset ? (parts["sign"] === "-" ? -size : size) : null,
  };
}

function timeOfDay(hours: number, minutes: number, seconds: number): number | null {
  if (hours > 23 || minutes > 59 || seconds > 59) return null;
  return 1000 * (60 * (60 * hours + minutes) + seconds);
}
