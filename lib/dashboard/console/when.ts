import { formatDuration, formatTime, unknown } from "../model/format.ts";

const date = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const fullDate = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

/** A time as `14:03:07`, with its day where that is another one. */
export function formatWhen(text: string | null | undefined, now = Date.now()): string {
  if (text === null || text === undefined) return unknown;
  const time = Date.parse(text);
  const clock = formatTime(time / 1000);
  const [day, today] = [new Date(time), new Date(now)];
  if (day.toDateString() === today.toDateString()) return clock;
  return `${(day.getFullYear() === today.getFullYear() ? date : fullDate).format(day)}, ${clock}`;
}

/** How long ago a time is. */
export function formatAgo(text: string | null | undefined, now = Date.now()): string {
  return text === null || text === undefined
    ? unknown
    : `${formatDuration((now - Date.parse(text)) / 1000)} ago`;
}
