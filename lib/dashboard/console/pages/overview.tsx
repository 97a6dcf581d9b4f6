import type { MinersDay, ToldFigures, ToldMiner as Miner } from "../../../protocol/mod.ts";
import type { GatewayActivity } from "../../../protocol/streams.ts";
import type { ChartSpec } from "../../charts/chart_options.ts";
import {
  formatCount,
  formatLatency,
  formatRate,
  formatShare,
  formatShort,
  shorten,
} from "../../model/format.ts";
import { refusesMost, summarizeRefusals } from "../../model/refusals.ts";
import { useAlerts } from "../alerts.ts";
import { useActivity, useReading } from "../context.ts";
import { FigureChart } from "../figure_chart.tsx";
import { Tile } from "../figures.tsx";
import { linkTo, useFilter } from "../place.ts";
import { silentMiners } from "../silent_miners.ts";
import { formatAgo, formatWhen } from "../when.ts";

const lines: ChartSpec["lines"] = [
  { column: "accepted_per_second", label: "accepted", colour: "accent", fill: "accent-wash" },
  { column: "refused_per_second", label: "refused", colour: "alarm" },
];
const perSecond = (value: number) => `${formatRate(value)} /s`;
const plain = (value: string) => ({ value, unit: "" });
/** That are listed. */
const mostSilent = 8;

/** How everything is, at a glance. */
export function OverviewPage() {
  const [range, setRange] = useFilter("range");
  const activity = useActivity();
  const { data: listed } = useReading<{ miners: readonly Miner[] }>("admin/miners", 10_000);
  const { data: past } = useReading<ToldFigures>(
    "admin/history?metric=loop_lag,commit_time&range=1h",
    10_000,
  );
  const miners = listed?.miners ?? [];
  const refusals = activity && summarizeRefusals(activity);
  const accepted = activity?.verdicts.accepted ?? NaN;
  const sockets = activity &&
    activity.connections.miners + activity.connections.streams + activity.connections.events;
  const lag = newest(past, "loop_lag");
  const commit = newest(past, "commit_time");
  return (
    <>
      <dl className="console-tiles">
        <Tile
          name="accepted"
          title="Accepted"
          figure={{ value: formatRate(accepted / 60), unit: "/s" }}
          note="mean of the last minute"
        />
        <Tile
          name="refused"
          title="Refused"
          figure={{ value: formatRate((refusals?.refused ?? NaN) / 60), unit: "/s" }}
          note={refusals && `${formatShare(refusals.share).value} % of all`}
        />
        <Tile
          name="p99"
          title="Confirmation p99"
          figure={formatLatency(activity?.confirmation_latency?.p99 ?? null)}
        />
        <Tile
          name="active_miners"
          title="Miners"
          figure={plain(formatCount(activity?.active_miners ?? NaN))}
          note={`of ${formatCount(miners.length)} registered`}
        />
        <Tile name="sockets" title="Connections" figure={plain(formatCount(sockets ?? NaN))} />
        <Tile name="http_share" title="Over HTTP" figure={formatShare(activity?.fallback_share ?? null)} />
        <Tile name="loop_lag" title="Event-loop lag" figure={formatLatency(lag)} />
        <Tile name="commit_time" title="Commit" figure={formatLatency(commit)} />
      </dl>
      <section className="card" aria-labelledby="rates">
        <header className="card-head">
          <h2 id="rates">Predictions a second</h2>
          <div className="card-aside">
            <div className="choice" role="group" aria-label="Time that the chart shows">
              {(["1h", "24h"] as const).map((name) => (
                <button
                  key={name}
                  type="button"
                  aria-pressed={name === (range || "1h")}
                  onClick={() => setRange(name === "1h" ? "" : name)}
                >
                  {name === "1h" ? "1 h" : "24 h"}
                </button>
              ))}
            </div>
          </div>
        </header>
        <FigureChart
          label="Predictions accepted and refused"
          range={range === "24h" ? "24h" : "1h"}
          lines={lines}
          format={perSecond}
          least={1}
        />
      </section>
      <div className="columns">
        <Attention activity={activity} />
        <section className="card" aria-labelledby="reasons">
          <header className="card-head">
            <h2 id="reasons">Refused in the last minute</h2>
          </header>
          <ol className="bars" data-value="reasons">
            {refusals?.reasons.map(({ reason, count }) => (
              <li key={reason}>
                <a href={linkTo("predictions", { result: "refused", search: reason })}>{reason}</a>
                <span className="bar" aria-hidden="true">
                  <span
                    className="bar-fill"
                    style={{ transform: `scaleX(${(count / refusals.refused).toFixed(3)})` }}
                  />
                </span>
                <span className="number">{formatShort(count)}</span>
              </li>
            ))}
          </ol>
          {refusals?.refused === 0 && <p className="remark">None</p>}
        </section>
        <Silent miners={miners} />
      </div>
    </>
  );
}

function newest(past: ToldFigures | undefined, name: string): number | null {
  return past?.figures[name]?.findLast((value) => value !== null) ?? null;
}

/** What is not as it should be, with what to do. */
function Attention({ activity }: { readonly activity: GatewayActivity | undefined }) {
  const { data } = useAlerts();
  const troubles = activity === undefined ? [] : troublesOf(activity);
  const alerts = data?.alerts ?? [];
  return (
    <section className="card" aria-labelledby="attention">
      <header className="card-head">
        <h2 id="attention">Needs attention</h2>
        <a className="card-aside" href={linkTo("alerts")}>All alerts</a>
      </header>
      <ul className="troubles" data-value="attention">
        {troubles.map(({ what, advice }) => (
          <li key={what}>
            <strong>{what}</strong>
            <span className="hint">{advice}</span>
          </li>
        ))}
        {alerts.map(({ name, labels, summary, advice, state, since }) => (
          <li key={`${name} ${JSON.stringify(labels)}`}>
            <strong>{summary}</strong>
            <span className="hint">
              {state === "firing" ? "Fires" : "About to fire"}, since {formatWhen(since)}. {advice}
            </span>
          </li>
        ))}
      </ul>
      {activity !== undefined && troubles.length + alerts.length === 0 && <p className="remark">Nothing</p>}
    </section>
  );
}

/** What is so just now; what has been so for a while are alerts. */
function troublesOf(activity: GatewayActivity) {
  const { status } = activity;
  const all = [
    {
      holds: status === "offline",
      what: "The store cannot commit",
      advice: "Is the disk full, or the data folder read-only? The log names the cause under category store.",
    },
    {
      holds: status === "draining",
      what: "The gateway is draining",
      advice: "It takes nothing new, and ends.",
    },
    {
      holds: refusesMost(summarizeRefusals(activity)),
      what: "Most predictions are refused",
      advice: "Unknown games and wrong odds mean that games are not published in time.",
    },
  ];
  return all.filter(({ holds }) => holds);
}

/** Miners that predicted in the last day, and do not any more. */
function Silent({ miners }: { readonly miners: readonly Miner[] }) {
  const { data: day } = useReading<MinersDay>("admin/miners/day", 60_000);
  const silent = silentMiners(miners, day, Date.now());
  return (
    <section className="card" aria-labelledby="silent">
      <header className="card-head">
        <h2 id="silent">Miners gone silent</h2>
        {silent.length > 0 && <span className="card-aside hint">{formatCount(silent.length)}</span>}
      </header>
      <ul className="troubles">
        {silent.slice(0, mostSilent).map(({ miner: { hotkey, uid, connected }, since }) => (
          <li key={hotkey}>
            <a href={linkTo("miners", { open: hotkey })}>{uid}: {shorten(hotkey, 18)}</a>
            <span className="hint">
              predicted {formatAgo(new Date(since).toISOString())},{" "}
              {connected === null ? "away" : "connected"}
            </span>
          </li>
        ))}
      </ul>
      {silent.length === 0 && <p className="remark">None</p>}
    </section>
  );
}
