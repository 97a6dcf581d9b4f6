/** A file for spreadsheets: a line with the names, and one for each row. */
export function csvOf<Row>(
  columns: Readonly<Record<string, (row: Row) => string | number | boolean | null>>,
  rows: readonly Row[],
): string {
  const lines = rows.map((row) => Object.values(columns).map((show) => cell(show(row))));
  return [Object.keys(columns), ...lines].map((cells) => `${cells.join()}\r\n`).join("");
}

/** RFC 4180. What begins like a formula would be one in a spreadsheet. */
function cell(value: string | number | boolean | null): string {
  if (typeof value !== "string") return String(value ?? "");
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
