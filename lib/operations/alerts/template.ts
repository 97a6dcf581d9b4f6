import type { Labels } from "../../telemetry/mod.ts";

/** How many digits follow the point, or `duration`: seconds in the units that people use. */
type Form = string | undefined;

const slots = /\{(\w+)(?::(\w+))?\}/g;

/** What a text says of one alert: `{stream}` is a label, `{value}` the value, `{value:1}` with a digit after the point. */
export function filled(text: string, labels: Labels, value: number): string {
  return text.replaceAll(
    slots,
    (_, name: string, form: Form) => name === "value" ? shown(value, form) : labels[name] ?? "",
  );
}

/** The same in the words of Prometheus' templates. */
export function prometheusTemplate(text: string): string {
  return text.replaceAll(slots, (_, name: string, form: Form) => {
    if (name !== "value") return `{{ $labels.${name} }}`;
    if (form === undefined) return "{{ $value }}";
    return form === "duration" ? "{{ humanizeDuration $value }}" : `{{ printf "%.${form}f" $value }}`;
  });
}

function shown(value: number, form: Form): string {
  if (form === "duration") return inUnits(value);
  return form === undefined ? String(value) : value.toFixed(Number(form));
}

const longUnits = [["d", 86_400], ["h", 3600], ["m", 60], ["s", 1]] as const;

function inUnits(seconds: number): string {
  if (seconds < 1) return `${Number((1000 * seconds).toPrecision(4))}ms`;
  if (seconds < 60) return `${Number(seconds.toPrecision(4))}s`;
  const first = longUnits.findIndex(([, length]) => seconds >= length);
  let left = Math.floor(seconds);
  return longUnits.slice(first).map(([unit, length]) => {
    const count = Math.floor(left / length);
    left %= length;
    return `${count}${unit}`;
  }).join(" ");
}
