import type { ToldConnection as Connection, ToldConnections } from "../../../protocol/mod.ts";
import { formatCount, formatDuration, formatLatency, shorten } from "../../model/format.ts";
import { Action } from "../action.tsx";
import { useReading } from "../context.ts";
import type { Column } from "../data_table.tsx";
import { Choice, hasText, SearchField } from "../fields.tsx";
import { Facts } from "../figures.tsx";
import { linkTo, useFilter } from "../place.ts";
import { Drawer, TableCard } from "../table_card.tsx";
import { formatAgo, formatWhen } from "../when.ts";

const columns: readonly Column<Connection>[] = [
  { key: "id", title: "Connection", show: ({ id }) => <code>{id}</code> },
  {
    key: "state",
    title: "State",
    show: ({ open, ending, state }) => (
      <span className="badge" data-tone={open ? "healthy" : "waiting"}>
        {ending?.cause.replaceAll("_", " ") ?? state}
      </span>
    ),
    sortBy: ({ ending, state }) => ending?.cause ?? state,
  },
  {
    key: "family",
    title: "Kind",
    show: ({ family }) => family,
    sortBy: ({ family }) => family,
    isMinor: true,
  },
  {
    key: "hotkey",
    title: "Hotkey",
    show: ({ hotkey }) => hotkey === null ? "" : <code title={hotkey}>{shorten(hotkey, 14)}</code>,
    sortBy: ({ hotkey }) => hotkey ?? "",
    isMinor: true,
  },
  { key: "address", title: "Address", show: ({ address }) => address, sortBy: ({ address }) => address },
  {
    key: "opened",
    title: "Opened",
    show: ({ opened_at }) => formatAgo(opened_at),
    sortBy: ({ opened_at }) => opened_at,
  },
  {
    key: "sent",
    title: "Sent",
    show: ({ messages_out }) => formatCount(messages_out),
    sortBy: ({ messages_out }) => messages_out,
    isNumber: true,
    isMinor: true,
  },
];

/** Who is connected, who was, and why no longer. */
export function ConnectionsPage() {
  const [search] = useFilter("search");
  const [show, setShow] = useFilter("show");
  const [cause, setCause] = useFilter("cause");
  const [opened] = useFilter("open");
  const { data, error, reload } = useReading<ToldConnections>("admin/connections?ended=1000", 3000);
  const endings = data?.ended ?? [];
  const all = show === "ended" ? endings : data?.connections ?? [];
  const rows = all.filter((row) =>
    hasText(search, row.id, row.hotkey, row.claimed_hotkey, row.address) &&
    (cause === "" || show !== "ended" || row.ending?.cause === cause)
  );
  const open = [...data?.connections ?? [], ...endings].find(({ id }) => id === opened);
  return (
    <TableCard
      title="Connections"
      tools={
        <>
          <SearchField label="Search for a connection, a hotkey or an address" />
          <Choice name="show" label="Which" options={{ "": "Open", ended: "Ended" }} />
          <span className="hint" role="status">{formatCount(rows.length)} shown</span>
        </>
      }
      reading={{ data, error }}
      above={show === "ended" && (
        <ul className="causes" aria-label="Endings by cause">
          {causesOf(endings).map(([name, count]) => (
            <li key={name}>
              <button
                type="button"
                className="button"
                aria-pressed={cause === name}
                onClick={() => setCause(cause === name ? "" : name)}
              >
                {name.replaceAll("_", " ")} <span className="number">{formatCount(count)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      label={show === "ended" ? "Connections that ended" : "Open connections"}
      columns={columns}
      rows={rows}
      keyOf={({ id }) => id}
      empty="No connection is like that"
      opens
      drawer={open !== undefined
        ? (
          <ConnectionDrawer
            connection={open}
            onDone={reload}
            onShowEnded={() => setShow("ended")}
          />
        )
        : null}
    />
  );
}

function causesOf(endings: readonly Connection[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { ending } of endings) {
    if (ending !== null) counts.set(ending.cause, (counts.get(ending.cause) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a);
}

/** What happened on a connection, in order, each with how long after the one before. */
function momentsOf(connection: Connection) {
  const { stages, heartbeat_sent_at, heartbeat_answered_at, heard_at } = connection;
  const moments = [
    ...stages.map(({ stage, at }) => ({ what: stage, at: Date.parse(at) })),
    ...heartbeat_sent_at === null ? [] : [{ what: "heartbeat sent", at: Date.parse(heartbeat_sent_at) }],
    ...heartbeat_answered_at === null
      ? []
      : [{ what: "heartbeat answered", at: Date.parse(heartbeat_answered_at) }],
    { what: "last heard", at: Date.parse(heard_at) },
  ].sort((a, b) => a.at - b.at);
  return moments.map((moment, index) => {
    const before = moments[index - 1];
    return { ...moment, after: before === undefined ? "" : `+ ${formatSpan(moment.at - before.at)}` };
  });
}

/** Milliseconds as `4 ms`, `2 min 5 s`. */
function formatSpan(milliseconds: number): string {
  const { value, unit } = formatLatency(milliseconds);
  return milliseconds < 1000 ? `${value} ${unit}` : formatDuration(milliseconds / 1000);
}

interface DrawerProps {
  readonly connection: Connection;
  readonly onDone: () => void;
  readonly onShowEnded: () => void;
}

function ConnectionDrawer({ connection, onDone, onShowEnded }: DrawerProps) {
  const { id, family, address, hotkey, claimed_hotkey, ending } = connection;
  return (
    <Drawer label={`Connection ${id}`} title={<code>{id}</code>}>
      <Facts
        facts={[
          ["Kind", family],
          ["Address", address],
          [
            "Hotkey",
            hotkey === null
              ? claimed_hotkey === null ? "none" : `claimed ${claimed_hotkey}`
              : <a key="hotkey" href={linkTo("miners", { open: hotkey })}>{hotkey}</a>,
          ],
          [
            "Messages",
            `${formatCount(connection.messages_in)} in, ${formatCount(connection.messages_out)} out`,
          ],
          ["Waits unsent", `${formatCount(connection.queued_bytes)} bytes`],
          ["Last heard", formatAgo(connection.heard_at)],
        ]}
      />
      <h3>Why</h3>
      <ol className="timeline">
        {momentsOf(connection).map(({ what, at, after }) => (
          <li key={what} data-what={what}>
            <time>{formatWhen(new Date(at).toISOString())}</time> {what} <span className="hint">{after}</span>
          </li>
        ))}
      </ol>
      {ending !== null && (
        <>
          <p>
            <strong>{ending.explanation}</strong> {ending.detail}
          </p>
          <p className="hint">{ending.advice}</p>
        </>
      )}
      <div className="buttons">
        <Action
          label="Drop"
          meaning="The connection is closed; the client may come back."
          change={{ method: "DELETE", path: `admin/connections/${id}` }}
          isDangerous
          disabled={ending !== null}
          onDone={() => {
            onDone();
            onShowEnded();
          }}
        />
      </div>
    </Drawer>
  );
}
