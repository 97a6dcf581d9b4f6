import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useRef } from "react";
import { useOpenedRow } from "./opened_row.ts";
import { useFilter } from "./place.ts";

/** A column of a {@link DataTable}. */
export interface Column<Row> {
  readonly key: string;
  readonly title: string;
  readonly show: (row: Row) => ReactNode;
  /** Makes it one to sort by. */
  readonly sortBy?: (row: Row) => string | number;
  readonly isNumber?: boolean;
  /** Left out where there is little room; the least of them also where there is not much. */
  readonly isMinor?: boolean | "least";
}

/** What a {@link DataTable} shows. */
export interface DataTableProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** Said where there are none. */
  readonly empty: string;
  /** Named by the filter `open`. */
  readonly opens?: boolean;
}

/** CSS pixels. */
const rowHeight = 40;

/** Any number of rows, of which those in view are there; sorted by what the URL says, and opened by a click. */
export function DataTable<Row>({ label, columns, rows, keyOf, empty, opens = false }: DataTableProps<Row>) {
  const [order, setOrder] = useFilter("sort");
  const sorted = sortRows(rows, columns, order);
  const scroll = useRef<HTMLDivElement>(null);
  const [opened, open] = useOpenedRow(scroll);
  const virtual = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 10,
  });
  const items = virtual.getVirtualItems();
  const above = items[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <div className="table-scroll" ref={scroll} tabIndex={0} role="region" aria-label={`Table: ${label}`}>
      <table className="data" aria-rowcount={sorted.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map(({ key, title, sortBy, isNumber, isMinor }) => (
              <th
                key={key}
                scope="col"
                data-number={isNumber}
                data-minor={isMinor}
                aria-sort={order === key ? "ascending" : order === `-${key}` ? "descending" : undefined}
              >
                {sortBy === undefined
                  ? title
                  : (
                    <button type="button" onClick={() => setOrder(order === `-${key}` ? key : `-${key}`)}>
                      {title}
                      <span aria-hidden="true">{order === key ? " ▲" : order === `-${key}` ? " ▼" : ""}</span>
                    </button>
                  )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Spacer height={above} columns={columns.length} />
          {items.map(({ index }) => {
            const row = sorted[index];
            if (row === undefined) return null;
            const key = keyOf(row);
            return (
              <tr key={key} aria-rowindex={index + 2} data-row={key} data-opened={opens && opened === key}>
                {columns.map((column, place) => (
                  <td key={column.key} data-number={column.isNumber} data-minor={column.isMinor}>
                    {opens && place === 0
                      ? (
                        <button
                          type="button"
                          className="opener"
                          aria-expanded={opened === key}
                          onClick={() => open(opened === key ? "" : key)}
                        >
                          {column.show(row)}
                        </button>
                      )
                      : column.show(row)}
                  </td>
                ))}
              </tr>
            );
          })}
          <Spacer height={below} columns={columns.length} />
        </tbody>
      </table>
      {rows.length === 0 && <p className="remark">{empty}</p>}
    </div>
  );
}

function Spacer({ height, columns }: { readonly height: number; readonly columns: number }) {
  return height > 0 && (
    <tr aria-hidden="true">
      <td colSpan={columns} className="spacer" style={{ height }} />
    </tr>
  );
}

const collator = new Intl.Collator("en", { numeric: true });

function sortRows<Row>(rows: readonly Row[], columns: readonly Column<Row>[], order: string): readonly Row[] {
  const descending = order.startsWith("-");
  const sortBy = columns.find(({ key }) => key === order.replace("-", ""))?.sortBy;
  if (sortBy === undefined) return rows;
  const direction = descending ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [left, right] = [sortBy(a), sortBy(b)];
    return direction *
      (typeof left === "number" && typeof right === "number"
        ? left - right
        : collator.compare(String(left), String(right)));
  });
}
