import { useState } from "react";
import { formatCount, formatLatency, formatRate, shorten, unknown } from "../../model/format.ts";
import { Action } from "../action.tsx";
import { useFeed, useJudgements, useReading } from "../context.ts";
import { type Column, DataTable } from "../data_table.tsx";
import { Choice, hasText, SearchField } from "../fields.tsx";
import { Facts } from "../figures.tsx";
import { linkTo, useFilter } from "../place.ts";
import type { Miner } from "../types.ts";
import { formatAgo, formatWhen } from "../when.ts";

const dailyLimit = 1000;

const columns: readonly Column<Miner>[] = [
  { key: "uid", title: "Uid", show: ({ uid }) => uid, sortBy: ({ uid }) => uid },
  {
    key: "hotkey",
    title: "Hotkey",
    show: ({ hotkey }) => <code title={hotkey}>{shorten(hotkey, 14)}</code>,
    sortBy: ({ hotkey }) => hotkey,
  },
  { key: "state", title: "State", show: (miner) => <State {...miner} />, sortBy: stateOf },
  {
    key: "last",
    title: "Last prediction",
    show: ({ last_prediction_at }) => formatAgo(last_prediction_at),
    sortBy: ({ last_prediction_at }) => last_prediction_at ?? "",
    isMinor: true,
  },
  {
    key: "wagered",
    title: "Wagered today",
    show: ({ wagered_today }) => `${formatRate(wagered_today)} of ${formatCount(dailyLimit)}`,
    sortBy: ({ wagered_today }) => wagered_today,
    isNumber: true,
    isMinor: true,
  },
  {
    key: "accepted",
    title: "Accepted",
    show: ({ accepted }) => formatCount(accepted),
    sortBy: ({ accepted }) => accepted,
    isNumber: true,
    isMinor: true,
  },
  {
    key: "refused",
    title: "Refused",
    show: ({ refused }) => formatCount(refused),
    sortBy: ({ refused }) => refused,
    isNumber: true,
  },
  {
    key: "round_trip",
    title: "Round trip",
    show: ({ round_trip_ms }) => {
      const { value, unit } = formatLatency(round_trip_ms);
      return value === unknown ? unknown : `${value} ${unit}`;
    },
    sortBy: ({ round_trip_ms }) => round_trip_ms ?? -1,
    isNumber: true,
    isMinor: true,
  },
];

function stateOf({ blacklisted, connected }: Pick<Miner, "blacklisted" | "connected">): string {
  if (blacklisted) return "blacklisted";
  return connected === null ? "away" : "connected";
}

const tones: Readonly<Record<string, string>> = {
  connected: "healthy",
  away: "waiting",
  blacklisted: "down",
};

function State(miner: Pick<Miner, "blacklisted" | "connected">) {
  const state = stateOf(miner);
  return <span className="badge" data-tone={tones[state]}>{state}</span>;
}

/** Who may connect, and how each of them does. */
export function MinersPage() {
  const [search] = useFilter("search");
  const [state] = useFilter("state");
  const [opened] = useFilter("open");
  const { data, error, reload } = useReading<{ miners: readonly Miner[] }>("admin/miners", 5000);
  useFeed("miners", reload);
  useFeed("predictions", reload);
  const miners = data?.miners ?? [];
  const rows = miners.filter((miner) =>
    hasText(search, miner.hotkey, miner.uid, miner.last_error) && (state === "" || stateOf(miner) === state)
  );
  const open = miners.find(({ hotkey }) => hotkey === opened);
  return (
    <div className="with-drawer" data-open={open !== undefined}>
      <section className="card table-card" aria-label="Miners">
        <div className="tools">
          <SearchField label="Search for a hotkey, a uid or an error" />
          <Choice
            name="state"
            label="State"
            options={{ "": "All", connected: "Connected", away: "Away", blacklisted: "Blacklisted" }}
          />
          <span className="hint" role="status">
            {formatCount(rows.length)} of {formatCount(miners.length)}
          </span>
          <a className="button" download="miners.csv" href={csvOf(rows)}>CSV</a>
          <Register onDone={reload} />
        </div>
        {error !== undefined && <p className="problem" role="alert">{error}</p>}
        <DataTable
          label="Miners"
          columns={columns}
          rows={rows}
          keyOf={({ hotkey }) => hotkey}
          empty={data === undefined ? "Reading" : "No miner is like that"}
          opens
        />
      </section>
      {open !== undefined && <MinerDrawer miner={open} onDone={reload} />}
    </div>
  );
}

function MinerDrawer({ miner, onDone }: { readonly miner: Miner; readonly onDone: () => void }) {
  const { hotkey, uid, blacklisted, connected, last_error } = miner;
  const [, open] = useFilter("open");
  const recent = useJudgements().filter((judgement) => judgement.hotkey === hotkey).slice(0, 50);
  const path = `admin/miners/${hotkey}`;
  return (
    <aside className="card drawer" aria-label={`Miner ${uid}`}>
      <header className="card-head">
        <h2>Miner {uid}</h2>
        <State {...miner} />
        <button type="button" className="button" onClick={() => open("")}>Close</button>
      </header>
      <Facts
        facts={[
          ["Hotkey", <code key="hotkey">{hotkey}</code>],
          [
            "Connection",
            connected === null
              ? "none"
              : (
                <a key="connection" href={linkTo("connections", { open: connected.id })}>
                  {connected.id}, since {formatWhen(connected.since)}
                </a>
              ),
          ],
          [
            "Accepted, refused",
            `${formatCount(miner.accepted)}, ${formatCount(miner.refused)} since the start`,
          ],
          ["Wagered today", `${formatRate(miner.wagered_today)} of ${formatCount(dailyLimit)}`],
          ["Last error", last_error ?? "none"],
        ]}
      />
      <div className="buttons">
        <Action
          label={blacklisted ? "Take off the blacklist" : "Blacklist"}
          meaning={blacklisted
            ? "The miner may connect and predict again."
            : "The miner is disconnected at once, and may not connect again."}
          change={{ method: "PUT", path, body: { uid, blacklisted: !blacklisted } }}
          isDangerous={!blacklisted}
          onDone={onDone}
        />
        <Action
          label="Remove"
          meaning="The miner is not registered any more, and is disconnected at once, unless a metagraph lists it."
          change={{ method: "DELETE", path }}
          isDangerous
          onDone={onDone}
        />
      </div>
      <h3>Latest predictions</h3>
      <ol className="recent">
        {recent.map(({ number, at, prediction_id, result, reason }) => (
          <li key={number}>
            <span className="badge" data-tone={result === "refused" ? "down" : "healthy"}>
              {reason?.replaceAll("_", " ") ?? result}
            </span>
            <code>{shorten(prediction_id, 20)}</code>
            <time>{formatWhen(new Date(at).toISOString())}</time>
          </li>
        ))}
      </ol>
      {recent.length === 0 && <p className="remark">None lately</p>}
    </aside>
  );
}

function Register({ onDone }: { readonly onDone: () => void }) {
  const [hotkey, setHotkey] = useState("");
  const [uid, setUid] = useState("");
  return (
    <Action
      label="Register"
      meaning="A miner with this hotkey may connect and predict."
      change={{
        method: "PUT",
        path: `admin/miners/${hotkey.trim() || "HOTKEY"}`,
        body: { uid: Number(uid) },
      }}
      onDone={onDone}
    >
      <label htmlFor="new-hotkey">Hotkey</label>
      <input
        id="new-hotkey"
        className="field"
        spellCheck={false}
        value={hotkey}
        onChange={({ target }) => setHotkey(target.value)}
      />
      <label htmlFor="new-uid">Uid</label>
      <input
        id="new-uid"
        className="field"
        inputMode="numeric"
        value={uid}
        onChange={({ target }) => setUid(target.value)}
      />
    </Action>
  );
}

const csvFields = [
  "uid",
  "hotkey",
  "blacklisted",
  "last_prediction_at",
  "wagered_today",
  "accepted",
  "refused",
] as const;

function csvOf(miners: readonly Miner[]): string {
  const rows = miners.map((miner) => csvFields.map((field) => miner[field] ?? "").join());
  return `data:text/csv;charset=utf-8,${encodeURIComponent([csvFields.join(), ...rows, ""].join("\n"))}`;
}
