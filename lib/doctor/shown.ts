import { escapeControls } from "../telemetry/mod.ts";

/** Text of somebody else's, made harmless for a terminal and cut. */
export function shown(text: string, longest = 100): string {
  const safe = escapeControls(text.slice(0, 4 * longest)).trim();
  return safe.length <= longest ? safe : `${safe.slice(0, longest - 1)}…`;
}

/** Milliseconds, in the unit that reads best. */
export function duration(milliseconds: number): string {
  if (milliseconds < 10) return `${milliseconds.toFixed(1)} ms`;
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${Number((milliseconds / 1000).toFixed(1))} s`;
  return seconds(milliseconds / 1000);
}

/** Whole seconds, in the unit that reads best. */
export function seconds(value: number): string {
  const whole = Math.round(value);
  if (whole < 600) return `${whole} s`;
  if (whole < 7200) return `${Math.round(whole / 60)} min`;
  if (whole < 172_800) return `${Math.round(whole / 3600)} h`;
  return `${Math.round(whole / 86_400)} days`;
}

/** A number of bytes, in the unit that reads best. */
export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  const [value, unit] = bytes < 2 ** 20
    ? [bytes / 1024, "KiB"]
    : bytes < 2 ** 30
    ? [bytes / 2 ** 20, "MiB"]
    : [bytes / 2 ** 30, "GiB"];
  return `${Number(value.toFixed(1))} ${unit}`;
}
