import type uPlot from "uplot";
import type { History } from "../model/history.ts";
import { formatTime } from "../model/format.ts";
import type { ChartColour, Palette } from "./palette.ts";

/** A line of a chart. */
interface ChartLine {
  /** Of the history. */
  readonly column: string;
  readonly label: string;
  readonly colour: ChartColour;
  readonly fill?: ChartColour;
  readonly dash?: readonly number[];
}

/** What a chart shows. */
export interface ChartSpec {
  readonly history: History;
  readonly lines: readonly ChartLine[];
  /** A value for people, with its unit. */
  readonly format: (value: number) => string;
  /** A value at the axis. */
  readonly formatTick: (value: number) => string;
  /** The upper end of the axis. When it is not fixed it follows the values, but stays above `least`. */
  readonly top: { readonly fixed: number } | { readonly least: number };
}

/** Seconds that a chart spans at least, and at most. */
const shortestSpan = 60;
const longestSpan = 86_400;
/** CSS pixels. */
const halfLabel = 28;
const labelGap = 10;
const digitWidth = 7;
const timeSteps = [10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 14_400];
/** Seconds of a chart above which those of its times are left out. */
const longSpan = 7200;
const font = '11px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

/** uPlot's options for a chart. */
export function chartOptions(spec: ChartSpec, palette: Palette, hooks: uPlot.Hooks.Arrays): uPlot.Options {
  const colour = (name: ChartColour) => () => palette.colour(name);
  const grid = { stroke: colour("grid"), width: 1 };
  const axis = { stroke: colour("label"), font, ticks: { show: false }, gap: 8 };
  return {
    width: 1,
    height: 1,
    hooks,
    padding: [8, 4, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false },
      points: { size: 8, width: 2 },
      sync: { key: "heliograph", scales: ["x", null] },
    },
    scales: {
      x: { time: false, range: () => timeRange(spec.history.times) },
      y: { range: (_, __, high) => [0, topOf(spec.top, high ?? 0)] },
    },
    axes: [
      {
        ...axis,
        size: 28,
        space: 88,
        incrs: timeSteps,
        grid: { show: false },
        values: (plot, splits) =>
          isEmpty(spec) ? [] : splits.map((time) => hasRoom(plot, time) ? timeLabel(plot, time) : null),
      },
      {
        ...axis,
        size: (_, labels) => widthOf(labels ?? []),
        space: 36,
        grid,
        values: (_, splits) => isEmpty(spec) ? [] : splits.map(spec.formatTick),
      },
    ],
    series: [{}, ...spec.lines.map((line) => lineOptions(line, palette))],
  };
}

function lineOptions(line: ChartLine, palette: Palette): uPlot.Series {
  const { fill, dash } = line;
  return {
    label: line.label,
    width: 2,
    cap: "round",
    stroke: () => palette.colour(line.colour),
    // A single value has no line.
    points: { show: (plot) => plot.data[0].length === 1, size: 6 },
    ...(fill === undefined ? {} : { fill: () => palette.colour(fill) }),
    ...(dash === undefined ? {} : { dash: [...dash] }),
  };
}

/** Not from what uPlot makes of a single time, which is a span from 0 to twice as much. */
function timeRange(times: readonly number[]): uPlot.Range.MinMax {
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined) return [0, shortestSpan];
  const span = Math.min(longestSpan, Math.max(shortestSpan, last - first));
  return [last - span, last];
}

const isEmpty = ({ history }: ChartSpec) => history.length === 0;

function timeLabel({ scales: { x } }: uPlot, time: number): string {
  const isLong = (x?.max ?? 0) - (x?.min ?? 0) > longSpan;
  return isLong ? formatTime(time).slice(0, 5) : formatTime(time);
}

/** A time at the very end would be cut off. */
function hasRoom(plot: uPlot, time: number): boolean {
  return plot.valToPos(time, "x") < plot.bbox.width / devicePixelRatio - halfLabel;
}

function widthOf(labels: readonly string[]): number {
  return labelGap + digitWidth * Math.max(2, ...labels.map(({ length }) => length));
}

/** A calm axis: it moves only when the values leave its steps. */
function topOf(top: ChartSpec["top"], high: number): number {
  if ("fixed" in top) return top.fixed;
  const wanted = Math.max(top.least, high * 1.1);
  const step = 10 ** Math.floor(Math.log10(wanted)) / 2;
  return Math.ceil(wanted / step) * step;
}
