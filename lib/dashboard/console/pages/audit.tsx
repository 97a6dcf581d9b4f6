import type { AuditRecord } from "../../../protocol/mod.ts";
import { formatCount } from "../../model/format.ts";
import { useFeed, useReading } from "../context.ts";
import type { Column } from "../data_table.tsx";
import { hasText, SearchField } from "../fields.tsx";
import { useFilter } from "../place.ts";
import { TableCard } from "../table_card.tsx";
import { formatWhen } from "../when.ts";

const columns: readonly Column<AuditRecord>[] = [
  { key: "at", title: "When", show: ({ at }) => formatWhen(at), sortBy: ({ at }) => at },
  {
    key: "action",
    title: "What",
    show: ({ action }) => <code>{action}</code>,
    sortBy: ({ action }) => action,
  },
  {
    key: "status",
    title: "Answer",
    show: ({ status, count = 1, last_at }) =>
      count === 1 ? status : `${status}, ${formatCount(count)} times until ${formatWhen(last_at)}`,
    sortBy: ({ status }) => status,
    isNumber: true,
  },
  { key: "actor", title: "Who", show: ({ actor }) => actor, sortBy: ({ actor }) => actor },
  { key: "address", title: "From", show: ({ address }) => address, isMinor: true },
];

/** What operators did. */
export function AuditPage() {
  const [search] = useFilter("search");
  const { data, error, reload } = useReading<{ records: readonly AuditRecord[] }>("admin/audit?limit=1000");
  useFeed("audit", () => setTimeout(reload, 100));
  const rows = (data?.records ?? []).filter(({ action, actor, address }) =>
    hasText(search, action, actor, address)
  );
  return (
    <TableCard
      title="Audit log"
      tools={
        <>
          <SearchField label="Search the audit log" />
          <p className="hint">The last 90 days; who is a session, or the admin token.</p>
        </>
      }
      reading={{ data, error }}
      label="What operators did, the newest first"
      columns={columns}
      rows={rows}
      keyOf={({ at, action, actor }) => `${at} ${action} ${actor}`}
      empty="Nothing was done"
    />
  );
}
