import type { ToldSetting } from "../../../protocol/mod.ts";
import { Action } from "../action.tsx";
import { useConsole, useReading } from "../context.ts";
import type { Column } from "../data_table.tsx";
import { Choice, hasText, SearchField } from "../fields.tsx";
import { useFilter } from "../place.ts";
import { TableCard } from "../table_card.tsx";

const withUnit = (value: string, unit: string | null) =>
  unit === null || value === "none" ? value : `${value} ${unit}`;
const isChanged = ({ value, default: usual }: ToldSetting) => value !== null && value !== usual;

const columns: readonly Column<ToldSetting>[] = [
  { key: "name", title: "Setting", show: ({ name }) => <code>{name}</code>, sortBy: ({ name }) => name },
  {
    key: "value",
    title: "Value",
    show: (setting) => (
      <span data-changed={isChanged(setting)}>{withUnit(setting.value ?? "none", setting.unit)}</span>
    ),
  },
  {
    key: "source",
    title: "From",
    show: ({ source }) => <span title={source}>{source}</span>,
    sortBy: ({ source }) => source,
    isMinor: true,
  },
  {
    key: "default",
    title: "Default",
    show: ({ default: usual, unit }) => withUnit(usual, unit),
    isMinor: true,
  },
  { key: "doc", title: "What it does", show: ({ doc }) => <span title={doc}>{doc}</span>, isMinor: true },
];

/** What this server goes by, and what ends it. */
export function SettingsPage() {
  const { api } = useConsole();
  const [search] = useFilter("search");
  const [show] = useFilter("show");
  const { data, error } = useReading<{ settings: readonly ToldSetting[] }>("admin/config");
  const rows = (data?.settings ?? []).filter((setting) =>
    hasText(search, setting.name, setting.doc) && (show === "" || isChanged(setting))
  );
  return (
    <TableCard
      title="Settings"
      tools={
        <>
          <SearchField label="Search for a setting" />
          <Choice name="show" label="Which" options={{ "": "All", changed: "Not the default" }} />
          <Action
            label="Drain"
            meaning="The gateway takes nothing new, finishes what is under way, and tells every client when to come back. It does not come back by itself: start it again."
            change={{ method: "POST", path: "admin/drain" }}
            isDangerous
          />
          <button type="button" className="button" onClick={() => void api.logout(true).catch(() => {})}>
            Log out everywhere
          </button>
        </>
      }
      reading={{ data, error }}
      label="Settings"
      columns={columns}
      rows={rows}
      keyOf={({ name }) => name}
      empty="No setting is like that"
    />
  );
}
