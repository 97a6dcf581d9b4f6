import { notGiven, unknown } from "../model/format.ts";

const radius = 84;
const sweep = 0.75;
const circumference = 2 * Math.PI * radius;
const arc = circumference * sweep;

interface GaugeProps {
  /** Undefined while it is not known, null where it never will be. */
  readonly value: number | null | undefined;
  readonly label: string;
}

/** A value from 0 to 100 as an arc around its number. */
export function Gauge({ value, label }: GaugeProps) {
  const share = Math.min(1, Math.max(0, (value ?? 0) / 100));
  const ring = { cx: 100, cy: 100, r: radius, strokeDasharray: `${arc} ${circumference}` };
  return (
    <div
      className="gauge"
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={value ?? 0}
      aria-valuetext={describe(value)}
    >
      <svg viewBox="0 0 200 176" aria-hidden="true">
        <g transform="rotate(135 100 100)">
          <circle className="gauge-track" {...ring} />
          <circle className="gauge-fill" {...ring} style={{ strokeDashoffset: arc * (1 - share) }} />
        </g>
      </svg>
      <p className="gauge-number" aria-hidden="true">
        <span className="hero-number" data-value="network_strength">{value ?? unknown}</span>
        <span className="gauge-scale">{value === null ? notGiven : "of 100"}</span>
      </p>
    </div>
  );
}

function describe(value: number | null | undefined): string {
  if (value === null) return notGiven;
  return value === undefined ? "not known yet" : `${value} of 100`;
}
