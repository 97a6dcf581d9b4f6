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

/** What stands for a ratio to something that took no time that could be measured. */
const tooShort = "too short";
const headings = ["", "value", "baseline", "ratio", "goal", "reached"];

/** The figures as a table for people. */
export function formatTable(figures: readonly Figure[]): string {
  const all = figures.map(cells);
  const used = headings.map((_, column) => all.some((row) => row[column] !== ""));
  const rows = [headings, ...all].map((row) => row.map((cell, column) => used[column] ? cell : ""));
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => align(cell, widths[column] ?? 0, column)).filter((_, column) => used[column])
      .join("  ").trimEnd();
  return rows.map((row) => `${line(row)}\n`).join("");
}

/** What the baselines are, a line for each kind. */
export function describeBaselines(figures: readonly Figure[]): string[] {
  const compared = figures.filter(({ against }) => against !== undefined);
  const groups = [...Map.groupBy(compared, ({ against }) => against)];
  return groups.map(([against, [first, ...others]]) => {
    const more = others.length === 0 ? "" : ` and ${others.length} more`;
    return `baseline of "${first?.name}"${more}: ${against}`;
  });
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
    ratio === undefined ? "" : Number.isFinite(ratio) ? ratio.toFixed(3) : tooShort,
    goal ?? "",
    reached === undefined ? "" : reached ? "yes" : "NO",
  ];
}

/** Three digits, or all of them before the point. */
export function formatNumber(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en");
  return value === 0 ? "0" : value.toPrecision(3);
}
