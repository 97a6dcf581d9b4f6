import type { OddsHistory } from "../../protocol/mod.ts";

const [width, height, margin] = [320, 96, 4];
const outcomes = ["team_a", "team_b", "tie"] as const;

/** Odds as steps, up to now. */
export function OddsChart({ odds, label }: Pick<OddsHistory, "odds"> & { readonly label: string }) {
  const times = odds.map(({ at }) => Date.parse(at));
  const [first = 0, now] = [times[0], Date.now()];
  const values = odds.flatMap((entry) => outcomes.flatMap((name) => entry[name] ?? []));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const x = (time: number) => margin + (width - 2 * margin) * (time - first) / Math.max(1, now - first);
  const y = (value: number) =>
    height - margin - (height - 2 * margin) * (value - low) / Math.max(high - low, 0.01);
  return (
    <svg
      className="odds-chart"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {outcomes.map((name) => (
        <path
          key={name}
          data-outcome={name}
          d={stepsOf(odds.map((entry) => entry[name]), times, { x, y, now })}
        />
      ))}
    </svg>
  );
}

interface Scale {
  readonly x: (time: number) => number;
  readonly y: (value: number) => number;
  readonly now: number;
}

/** A level line from each change to the next. */
function stepsOf(values: readonly (number | null)[], times: readonly number[], { x, y, now }: Scale): string {
  return values.map((value, index) => {
    if (value === null) return "";
    const [from, to] = [times[index] ?? 0, times[index + 1] ?? now];
    const isJoined = index > 0 && values[index - 1] !== null;
    return `${isJoined ? "L" : "M"}${x(from).toFixed(1)} ${y(value).toFixed(1)}H${x(to).toFixed(1)}`;
  }).join("");
}
