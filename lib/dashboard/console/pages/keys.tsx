import { useState } from "react";
import type { RevokedApiKey, ToldApiKey, ToldApiKeys } from "../../../protocol/mod.ts";
import { formatCount, shorten } from "../../model/format.ts";
import { Action } from "../action.tsx";
import { useReading } from "../context.ts";
import type { Column } from "../data_table.tsx";
import { Choice, hasText, SearchField } from "../fields.tsx";
import { Facts } from "../figures.tsx";
import { linkTo, useFilter } from "../place.ts";
import { Drawer, TableCard } from "../table_card.tsx";
import { formatAgo, formatWhen } from "../when.ts";

type Key = ToldApiKey | RevokedApiKey;

const revokedAt = (key: Key) => "revoked_at" in key ? key.revoked_at : undefined;
const stateOf = (key: Key) => revokedAt(key) === undefined ? "in force" : "revoked";

function State(key: Key) {
  return (
    <span className="badge" data-tone={revokedAt(key) === undefined ? "healthy" : "down"}>
      {stateOf(key)}
    </span>
  );
}

function lastUsed(key: Key): string {
  if ("revoked_at" in key) return "–";
  return key.last_used_at === null ? "never" : formatAgo(key.last_used_at);
}

const columns: readonly Column<Key>[] = [
  { key: "name", title: "Key", show: ({ name }) => shorten(name, 20), sortBy: ({ name }) => name },
  { key: "state", title: "State", show: (key) => <State {...key} />, sortBy: stateOf },
  {
    key: "used",
    title: "Last used",
    show: lastUsed,
    sortBy: (key) => "last_used_at" in key ? key.last_used_at ?? "" : "",
  },
  {
    key: "created",
    title: "Made",
    show: ({ created_at }) => formatWhen(created_at),
    sortBy: ({ created_at }) => created_at,
    isMinor: true,
  },
  {
    key: "revoked",
    title: "Revoked",
    show: (key) => formatWhen(revokedAt(key)),
    sortBy: (key) => revokedAt(key) ?? "",
    isMinor: true,
  },
];

/** Who may inscribe. */
export function KeysTable() {
  const [search] = useFilter("search");
  const [state] = useFilter("state");
  const [opened] = useFilter("open");
  const { data, error, reload } = useReading<ToldApiKeys>("admin/api-keys", 5000);
  const keys: readonly Key[] = [...data?.api_keys.toReversed() ?? [], ...data?.revoked ?? []];
  const rows = keys.filter((key) =>
    hasText(search, key.name, key.id) && (state === "" || stateOf(key) === state)
  );
  const open = keys.find(({ id }) => id === opened);
  return (
    <TableCard
      title="API keys"
      tools={
        <>
          <SearchField label="Search for a key" />
          <Choice name="show" label="What" options={{ "": "Jobs", keys: "API keys" }} />
          <Choice
            name="state"
            label="State"
            options={{ "": "All", "in force": "In force", revoked: "Revoked" }}
          />
          <span className="hint" role="status">{formatCount(rows.length)} shown</span>
          <MakeKey onDone={reload} />
        </>
      }
      reading={{ data, error }}
      label="API keys, the newest first; revoked ones of the last 90 days"
      columns={columns}
      rows={rows}
      keyOf={({ id }) => id}
      empty="No key is like that"
      opens
      drawer={open !== undefined ? <KeyDrawer apiKey={open} onDone={reload} /> : null}
    />
  );
}

function KeyDrawer({ apiKey, onDone }: { readonly apiKey: Key; readonly onDone: () => void }) {
  const { id, name, created_at } = apiKey;
  const revoked = revokedAt(apiKey);
  return (
    <Drawer label={`Key ${name}`} title={shorten(name, 28)} badge={<State {...apiKey} />}>
      <Facts
        facts={[
          ["Id", <code key="id">{id}</code>],
          ["Made", formatWhen(created_at)],
          ["Last used", lastUsed(apiKey)],
          ["Revoked", formatWhen(revoked)],
        ]}
      />
      <div className="buttons">
        <a className="button" href={linkTo("jobs", { key: id })}>Its jobs</a>
        <Action
          label="Revoke"
          meaning="Whoever has the key may inscribe no more, at once. Its jobs that are under way go on."
          change={{ method: "DELETE", path: `admin/api-keys/${id}` }}
          isDangerous
          disabled={revoked !== undefined}
          onDone={onDone}
        />
      </div>
    </Drawer>
  );
}

function MakeKey({ onDone }: { readonly onDone: () => void }) {
  const [name, setName] = useState("");
  const [made, setMade] = useState<string>();
  return (
    <Action
      label="Make a key"
      meaning="Whoever has it may inscribe. It is shown once, and only its hash is kept."
      change={{ method: "POST", path: "admin/api-keys", body: { name } }}
      describe={() => "Copy it now: it is not shown again"}
      onDone={(answer) => {
        setMade((answer as { readonly key: string }).key);
        onDone();
      }}
      onClose={() => {
        setMade(undefined);
        setName("");
      }}
    >
      {made === undefined
        ? (
          <>
            <label htmlFor="key-name">Whose it is</label>
            <input
              id="key-name"
              className="field"
              maxLength={100}
              value={name}
              onChange={({ target }) => setName(target.value)}
            />
          </>
        )
        : <pre className="command" aria-label="The key">{made}</pre>}
    </Action>
  );
}
