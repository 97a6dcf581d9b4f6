import { useMemo } from "react";
import type { ChartSpec } from "../charts/chart_options.ts";
import type { History } from "../model/history.ts";
import { formatCount, formatDuration } from "../model/format.ts";
import { Card } from "./card.tsx";
import { Chart } from "./chart.tsx";
import { useHistory, useModel, useSlice } from "./context.ts";
import { Gauge } from "./gauge.tsx";

function strengthSpec(history: History): ChartSpec {
  return {
    history,
    lines: [{ column: "network_strength", label: "strength", colour: "accent", fill: "accent-wash" }],
    format: formatCount,
    formatTick: formatCount,
    top: { fixed: 100 },
  };
}

/** How strong the network is, and how it has been. */
export function Strength() {
  const network = useModel().values.network_metrics;
  const history = useHistory("network_metrics");
  const metrics = useSlice(network);
  const spec = useMemo(() => strengthSpec(history), [history]);
  return (
    <Card title="Network strength" area="strength" stream="network_metrics" aside={<RangeText {...spec} />}>
      <div className="strength">
        <Gauge value={metrics?.network_strength} label="Network strength" />
        <Chart title="network strength" spec={spec} slice={network} stream="network_metrics" />
      </div>
    </Card>
  );
}

/** The range of what the chart shows; drawn again with the card. */
function RangeText({ history }: Pick<ChartSpec, "history">) {
  const model = useModel();
  useSlice(model.values.network_metrics);
  useSlice(model.past);
  const range = history.range("network_strength");
  const seconds = (history.times.at(-1) ?? 0) - (history.times[0] ?? 0);
  if (range === undefined || seconds === 0) return null;
  return (
    <span className="hint">
      {formatCount(range.low)} to {formatCount(range.high)} in {formatDuration(seconds)}
    </span>
  );
}
