import type { ReactNode } from "react";
import { DataTable, type DataTableProps } from "./data_table.tsx";
import { useFilter } from "./place.ts";

interface TableCardProps<Row> extends DataTableProps<Row> {
  readonly title: string;
  /** What narrows it, and what can be done with all of it. */
  readonly tools: ReactNode;
  /** What became of reading it; undefined where it is not read but told. */
  readonly reading?: { readonly data: unknown; readonly error: string | undefined };
  /** Between the tools and the table. */
  readonly above?: ReactNode;
  readonly below?: ReactNode;
  /** What is opened of it, beside it; null where nothing is just now, undefined where nothing ever is. */
  readonly drawer?: ReactNode;
}

/** A table with what belongs to it. */
export function TableCard<Row>(props: TableCardProps<Row>) {
  const { title, tools, reading, above, below, drawer, empty, ...table } = props;
  const isBeingRead = reading !== undefined && reading.data === undefined;
  const card = (
    <section className="card table-card" aria-label={title}>
      <div className="tools">{tools}</div>
      {above}
      {reading?.error !== undefined && <p className="problem" role="alert">{reading.error}</p>}
      <DataTable {...table} empty={isBeingRead ? "Reading" : empty} />
      {below}
    </section>
  );
  if (drawer === undefined) return card;
  return (
    <div className="with-drawer" data-open={drawer !== null}>
      {card}
      {drawer}
    </div>
  );
}

interface DrawerProps {
  readonly label: string;
  readonly title: ReactNode;
  readonly badge?: ReactNode;
  /** The filter that names what is opened. */
  readonly by?: string;
  readonly children: ReactNode;
}

/** What is opened of a table, beside it. */
export function Drawer({ label, title, badge, by = "open", children }: DrawerProps) {
  const [, open] = useFilter(by);
  return (
    <aside className="card drawer" aria-label={label}>
      <header className="card-head">
        <h2>{title}</h2>
        {badge}
        <button type="button" className="button" onClick={() => open("")}>Close</button>
      </header>
      {children}
    </aside>
  );
}
