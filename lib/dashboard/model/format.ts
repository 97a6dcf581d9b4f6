/** A number for people, apart from its unit so that both can be styled. */
export interface Figure {
  readonly value: string;
  readonly unit: string;
}

/** Stands for what is not known. */
export const unknown = "–";

/** Says why something is not known that never will be. */
export const notGiven = "not given by this node";

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const few = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const threeDigits = new Intl.NumberFormat("en", { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });
const exact = new Intl.NumberFormat("en", { maximumSignificantDigits: 15 });
const short = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });
const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

const byteUnits = ["B/s", "KB/s", "MB/s", "GB/s", "TB/s"] as const;
const spans = [
  { unit: "d", seconds: 86_400 },
  { unit: "h", seconds: 3600 },
  { unit: "min", seconds: 60 },
  { unit: "s", seconds: 1 },
] as const;

/** `1,234,567`. */
export function formatCount(value: number): string {
  return Number.isFinite(value) ? whole.format(value) : unknown;
}

/** `1 miner`, `2 miners`. */
export function formatCounted(value: number, name: string): string {
  return `${formatCount(value)} ${name}${value === 1 ? "" : "s"}`;
}

/** `9,870`, `12.3K`, `4.56M`: exact as long as that is short. */
export function formatShort(value: number): string {
  if (!Number.isFinite(value)) return unknown;
  return Math.abs(value) < 10_000 ? formatCount(value) : short.format(value);
}

/** `2.5`, `500`, `12.5K`: a number at an axis. */
export function formatTick(value: number): string {
  return Math.abs(value) < 10 ? few.format(value) : formatShort(value);
}

/** `0.4`, `12.0`, `1,234`: what happens each second. */
export function formatRate(value: number): string {
  if (!Number.isFinite(value)) return unknown;
  return Math.abs(value) < 100 ? tenths.format(value) : whole.format(value);
}

/** `10`, `2.5`, `0.004`: what somebody said, or the sum of it, without what adding up in binary leaves. */
export function formatAmount(value: number): string {
  return Number.isFinite(value) ? exact.format(value) : unknown;
}

/** Bytes a second as `1.02 MB/s`, in thousands. */
export function formatBandwidth(value: number): Figure {
  if (!Number.isFinite(value)) return { value: unknown, unit: byteUnits[1] };
  const size = Math.max(1, Math.abs(value));
  // What would round up to 1000 is written in the next unit.
  const power = Math.min(byteUnits.length - 1, Math.floor(Math.log10(size * 1.0005) / 3));
  const scaled = value / 1000 ** power;
  const format = power === 0 ? whole : threeDigits;
  return { value: format.format(scaled), unit: byteUnits[power] ?? byteUnits[0] };
}

/** Bytes as `1.02 MB`, in thousands. */
export function formatBytes(value: number): string {
  const { value: amount, unit } = formatBandwidth(value);
  return `${amount} ${unit.replace("/s", "")}`;
}

/** Milliseconds as `0.420 ms`, `12.3 ms`, `1.20 s`; whole ones, as `8 ms`, pretend no more. */
export function formatLatency(value: number | null): Figure {
  if (value === null || !Number.isFinite(value)) return { value: unknown, unit: "ms" };
  if (value < 999.5) {
    return {
      value: (value < 100 && !Number.isInteger(value) ? threeDigits : whole).format(value),
      unit: "ms",
    };
  }
  return { value: threeDigits.format(value / 1000), unit: "s" };
}

/** Seconds as `6.2 s`. */
export function formatSeconds(value: number): Figure {
  return { value: Number.isFinite(value) ? tenths.format(value) : unknown, unit: "s" };
}

/** A share from 0 to 1 as `4.2 %`. */
export function formatShare(value: number | null): Figure {
  if (value === null || !Number.isFinite(value)) return { value: unknown, unit: "%" };
  return { value: tenths.format(value * 100), unit: "%" };
}

/** Seconds as `45 s`, `12 min 5 s`, `3 d 4 h`: the two largest units. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return unknown;
  let left = Math.max(0, Math.round(seconds));
  const first = spans.findIndex((span) => left >= span.seconds);
  if (first === -1) return "0 s";
  const parts: string[] = [];
  for (const { unit, seconds: length } of spans.slice(first, first + 2)) {
    const count = Math.floor(left / length);
    left -= count * length;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.join(" ");
}

/** Unix seconds as local `14:03:07`. */
export function formatTime(seconds: number): string {
  return Number.isFinite(seconds) ? time.format(seconds * 1000) : unknown;
}

/** A change as `+12`, `−3`, `±0`. */
export function formatChange(value: number): string {
  if (value === 0) return "±0";
  return `${value > 0 ? "+" : "−"}${formatCount(Math.abs(value))}`;
}

/** A long name by its beginning and end. */
export function shorten(name: string, length = 14): string {
  if (name.length <= length) return name;
  const tail = Math.floor((length - 1) / 3);
  return `${name.slice(0, length - 1 - tail)}…${name.slice(-tail)}`;
}
