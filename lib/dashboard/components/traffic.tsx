import { useMemo } from "react";
import type { ChartSpec } from "../charts/chart_options.ts";
import type { History } from "../model/history.ts";
import { formatBandwidth, formatRate, formatTick, notGiven } from "../model/format.ts";
import { Card } from "./card.tsx";
import { Chart } from "./chart.tsx";
import { useHistory, useModel, useSlice } from "./context.ts";
import { Measure } from "./measure.tsx";

function tpsSpec(history: History): ChartSpec {
  return {
    history,
    lines: [{ column: "tps", label: "transactions", colour: "accent", fill: "accent-wash" }],
    format: (value) => `${formatRate(value)} tx/s`,
    formatTick,
    top: { least: 10 },
  };
}

/** Transactions a second. */
export function Transactions() {
  const network = useModel().values.network_metrics;
  const history = useHistory("network_metrics");
  const metrics = useSlice(network);
  const spec = useMemo(() => tpsSpec(history), [history]);
  return (
    <Card
      title="Transactions"
      area="tps"
      stream="network_metrics"
      aside={metrics?.tps === null
        ? <span className="hint">{notGiven}</span>
        : (
          <span className="headline" data-value="tps">
            <Measure value={formatRate(metrics?.tps ?? NaN)} unit="tx/s" />
          </span>
        )}
    >
      <Chart title="transactions a second" spec={spec} slice={network} stream="network_metrics" />
    </Card>
  );
}

function formatFlow(value: number): string {
  const { value: number, unit } = formatBandwidth(value);
  return `${number} ${unit}`;
}

/** An axis needs no more digits than tell its lines apart. */
function formatFlowTick(value: number): string {
  const { value: number, unit } = formatBandwidth(value);
  return value === 0 ? "0" : `${Number(number)} ${unit.replace("/s", "")}`;
}

function bandwidthSpec(history: History): ChartSpec {
  return {
    history,
    lines: [
      { column: "bandwidth_in", label: "in", colour: "accent", fill: "accent-wash" },
      { column: "bandwidth_out", label: "out", colour: "second", dash: [5, 4] },
    ],
    format: formatFlow,
    formatTick: formatFlowTick,
    top: { least: 1000 },
  };
}

/** Bytes a second, in and out. */
export function Bandwidth() {
  const network = useModel().values.network_metrics;
  const history = useHistory("network_metrics");
  const metrics = useSlice(network);
  const spec = useMemo(() => bandwidthSpec(history), [history]);
  const isUnknown = metrics?.bandwidth_in === null && metrics.bandwidth_out === null;
  return (
    <Card
      title="Bandwidth"
      area="bandwidth"
      stream="network_metrics"
      aside={isUnknown ? <span className="hint">{notGiven}</span> : (
        <dl className="flows">
          <dt data-line="in">In</dt>
          <dd className="headline" data-value="bandwidth_in">
            <Measure {...formatBandwidth(metrics?.bandwidth_in ?? NaN)} />
          </dd>
          <dt data-line="out">Out</dt>
          <dd className="headline" data-value="bandwidth_out">
            <Measure {...formatBandwidth(metrics?.bandwidth_out ?? NaN)} />
          </dd>
        </dl>
      )}
    >
      <Chart title="bandwidth" spec={spec} slice={network} stream="network_metrics" />
    </Card>
  );
}
