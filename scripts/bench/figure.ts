/** One thing that was measured. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it is held against, measured in the same run in the same unit. */
  readonly baseline?: number;
  /** What the baseline is. */
  readonly against?: string;
  readonly ratio?: number;
  /** In words. */
  readonly goal?: string;
  readonly reached?: boolean;
}

const headings = ["", "value", "baseline", "ratio", "goal", "reached"];

/** The figures as a table for people. */
export function formatTable(figures: readonly Figure[]): string {
  const rows = [headings, ...figures.map(cells)];
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => align(cell, widths[column] ?? 0, column)).join("  ").trimEnd();
  return rows.map((row) => `${line(row)}\n`).join("");
}

/** What each baseline is, a line each. */
export function describeBaselines(figures: readonly Figure[]): string[] {
  return figures.filter(({ against }) => against !== undefined)
    .map(({ name, against }) => `baseline of "${name}": ${against}`);
}

function align(cell: string, width: number, column: number): string {
  const isNumber = column >= 1 && column <= 3;
  return isNumber ? cell.padStart(width) : cell.padEnd(width);
}

function cells({ name, value, unit, baseline, ratio, goal, reached }: Figure): string[] {
  return [
    name,
    `${formatNumber(value)} ${unit}`,
    baseline === undefined ? "" : `${formatNumber(baseline)} ${unit}`,
    ratio === undefined ? "" : ratio.toFixed(3),
    goal ?? "",
    reached === undefined ? "" : reached ? "yes" : "NO",
  ];
}

/** Three digits, or all of them before the point. */
export function formatNumber(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en");
  return value === 0 ? "0" : value.toPrecision(3);
}
