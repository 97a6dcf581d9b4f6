import { useMemo } from "react";
import type { ChartSpec } from "../charts/chart_options.ts";
import type { GatewayActivity } from "../../protocol/streams.ts";
import type { History } from "../model/history.ts";
import {
  type Figure,
  formatCount,
  formatDuration,
  formatLatency,
  formatRate,
  formatShare,
  formatTick,
  unknown,
} from "../model/format.ts";
import { Card } from "./card.tsx";
import { Chart } from "./chart.tsx";
import { useModel, useSlice } from "./context.ts";
import { Measure } from "./measure.tsx";

interface Row {
  readonly name: string;
  readonly title: string;
  readonly figure: (activity: GatewayActivity) => Figure;
}

const plain = (value: string): Figure => ({ value, unit: "" });

const rows: readonly Row[] = [
  {
    name: "deliveries_per_second",
    title: "Deliveries",
    figure: ({ deliveries_per_second }) => ({ value: formatRate(deliveries_per_second), unit: "/s" }),
  },
  {
    name: "predictions_per_second",
    title: "Predictions",
    figure: ({ predictions_per_second }) => ({ value: formatRate(predictions_per_second), unit: "/s" }),
  },
  {
    name: "confirmation_p50",
    title: "Confirmation p50",
    figure: ({ confirmation_latency }) => formatLatency(confirmation_latency?.p50 ?? null),
  },
  {
    name: "confirmation_p99",
    title: "Confirmation p99",
    figure: ({ confirmation_latency }) => formatLatency(confirmation_latency?.p99 ?? null),
  },
  {
    name: "fallback_share",
    title: "Over HTTP",
    figure: ({ fallback_share }) => formatShare(fallback_share),
  },
  {
    name: "active_miners",
    title: "Active miners",
    figure: ({ active_miners }) => plain(formatCount(active_miners)),
  },
  {
    name: "miners",
    title: "Miner sockets",
    figure: ({ connections }) => plain(formatCount(connections.miners)),
  },
  {
    name: "streams",
    title: "Stream sockets",
    figure: ({ connections }) => plain(formatCount(connections.streams)),
  },
  {
    name: "events",
    title: "Event streams",
    figure: ({ connections }) => plain(formatCount(connections.events)),
  },
];

function deliveriesSpec(history: History): ChartSpec {
  return {
    history,
    lines: [{ column: "deliveries_per_second", label: "deliveries", colour: "accent", fill: "accent-wash" }],
    format: (value) => `${formatRate(value)} /s`,
    formatTick,
    top: { least: 10 },
  };
}

/** The gateway's own side. */
export function GatewayCard() {
  const { gateway, gatewayHistory } = useModel();
  const activity = useSlice(gateway);
  const spec = useMemo(() => deliveriesSpec(gatewayHistory), [gatewayHistory]);
  const aside = activity && (
    <span className="hint" data-value="uptime">up {formatDuration(activity.uptime)}</span>
  );
  return (
    <Card title="Gateway" area="gateway" stream="gateway" aside={aside}>
      <div className="gateway">
        <dl className="figures">
          {rows.map(({ name, title, figure }) => (
            <div key={name}>
              <dt>{title}</dt>
              <dd data-value={name}>
                <Measure {...(activity === undefined ? plain(unknown) : figure(activity))} />
              </dd>
            </div>
          ))}
        </dl>
        <Chart title="deliveries a second" spec={spec} slice={gateway} />
      </div>
    </Card>
  );
}
