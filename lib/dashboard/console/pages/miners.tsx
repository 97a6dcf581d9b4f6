import { useState } from "react";
import type { MinerDay, MinersDay, ToldMiner as Miner } from "../../../protocol/mod.ts";
import { formatCount, formatLatency, shorten, unknown } from "../../model/format.ts";
import { Action } from "../action.tsx";
import { useFeed, useReading } from "../context.ts";
import { csvOf } from "../csv.ts";
import type { Column } from "../data_table.tsx";
import { DayStrip } from "../day_strip.tsx";
import { Download } from "../download.tsx";
import { Choice, hasText, SearchField } from "../fields.tsx";
import { useFilter } from "../place.ts";
import { TableCard } from "../table_card.tsx";
import { formatAgo } from "../when.ts";
import { ImportMetagraph } from "./import_metagraph.tsx";
import { MinerDrawer } from "./miner_drawer.tsx";
import { MinerState, stateOf, Wagered } from "./miner_parts.tsx";

/** A miner with what is told of it apart. */
interface Row extends Miner {
  readonly day: MinerDay | undefined;
  readonly dailyLimit: number | undefined;
}

const columns: readonly Column<Row>[] = [
  { key: "uid", title: "Uid", show: ({ uid }) => uid, sortBy: ({ uid }) => uid },
  {
    key: "hotkey",
    title: "Hotkey",
    show: ({ hotkey }) => <code title={hotkey}>{shorten(hotkey, 14)}</code>,
    sortBy: ({ hotkey }) => hotkey,
  },
  { key: "state", title: "State", show: (miner) => <MinerState {...miner} />, sortBy: stateOf },
  {
    key: "since",
    title: "Connected",
    show: ({ connected }) => connected === null ? "" : formatAgo(connected.since),
    sortBy: ({ connected }) => connected?.since ?? "",
    isMinor: "least",
  },
  {
    key: "last",
    title: "Last prediction",
    show: ({ last_prediction_at }) => formatAgo(last_prediction_at),
    sortBy: ({ last_prediction_at }) => last_prediction_at ?? "",
    isMinor: true,
  },
  {
    key: "day",
    title: "Last 24 hours",
    show: ({ day }) => <DayStrip day={day} />,
    isMinor: true,
  },
  {
    key: "wagered",
    title: "Wagered today",
    show: ({ wagered_today, dailyLimit }) => <Wagered amount={wagered_today} limit={dailyLimit} />,
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
    isMinor: "least",
  },
  {
    key: "error",
    title: "Last error",
    show: ({ last_error }) => <span title={last_error ?? undefined}>{last_error}</span>,
    sortBy: ({ last_error }) => last_error ?? "",
    isMinor: "least",
  },
];

const csvColumns = {
  uid: ({ uid }: Miner) => uid,
  hotkey: ({ hotkey }: Miner) => hotkey,
  blacklisted: ({ blacklisted }: Miner) => blacklisted,
  connected_since: ({ connected }: Miner) => connected?.since ?? null,
  last_prediction_at: ({ last_prediction_at }: Miner) => last_prediction_at,
  wagered_today: ({ wagered_today }: Miner) => wagered_today,
  accepted: ({ accepted }: Miner) => accepted,
  refused: ({ refused }: Miner) => refused,
  round_trip_ms: ({ round_trip_ms }: Miner) => round_trip_ms,
  last_error: ({ last_error }: Miner) => last_error,
};

/** What `/admin/miners` answers. */
interface Listed {
  readonly miners: readonly Miner[];
  readonly daily_wager_limit: number;
}

/** Who may connect, and how each of them does. */
export function MinersPage() {
  const [search] = useFilter("search");
  const [state] = useFilter("state");
  const [opened] = useFilter("open");
  const { data, error, reload } = useReading<Listed>("admin/miners", 5000);
  const { data: day } = useReading<MinersDay>("admin/miners/day", 30_000);
  useFeed("miners", reload, 1000);
  useFeed("predictions", reload, 1000);
  const miners = data?.miners ?? [];
  const dailyLimit = data?.daily_wager_limit;
  const rows = miners.filter((miner) =>
    hasText(search, miner.hotkey, miner.uid, miner.last_error) && (state === "" || stateOf(miner) === state)
  ).map((miner): Row => ({ ...miner, day: day?.miners[miner.hotkey], dailyLimit }));
  const open = miners.find(({ hotkey }) => hotkey === opened);
  return (
    <TableCard
      title="Miners"
      tools={
        <>
          <SearchField label="Search for a hotkey, a uid or an error" />
          <Choice
            name="state"
            label="State"
            options={{ "": "All", connected: "Connected", away: "Away", blacklisted: "Blacklisted" }}
          />
          <span className="hint" role="status">
            {formatCount(rows.length)} of {formatCount(miners.length)}
          </span>
          <Download
            label="CSV"
            name="miners.csv"
            make={() => new Blob([csvOf(csvColumns, rows)], { type: "text/csv" })}
          />
          <ImportMetagraph onDone={reload} />
          <Register onDone={reload} />
        </>
      }
      reading={{ data, error }}
      label="Miners"
      columns={columns}
      rows={rows}
      keyOf={({ hotkey }) => hotkey}
      empty="No miner is like that"
      opens
      drawer={open !== undefined
        ? <MinerDrawer miner={open} day={day?.miners[open.hotkey]} dailyLimit={dailyLimit} onDone={reload} />
        : null}
    />
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
