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
  formatShort,
  formatTick,
  unknown,
} from "../model/format.ts";
import { summarizeRefusals } from "../model/refusals.ts";
import { Card } from "./card.tsx";
import { Chart } from "./chart.tsx";
import { useHistory, useModel, useSlice } from "./context.ts";
import { Measure } from "./measure.tsx";

interface Row {
  readonly name: string;
  readonly title: string;
  readonly figure: (activity: GatewayActivity) => Figure;
}

const plain = (value: string): Figure => ({ value, unit: "" });

const rows: readonly Row[] = [
  {
    name: "predictions_per_second",
    title: "Predictions",
    figure: ({ predictions_per_second }) => ({ value: formatRate(predictions_per_second), unit: "/s" }),
  },
  {
    name: "accepted",
    title: "Accepted",
    figure: ({ verdicts }) => ({ value: formatShort(verdicts.accepted), unit: "/min" }),
  },
  {
    name: "refused",
    title: "Refused",
    figure: (activity) => ({ value: formatShort(summarizeRefusals(activity).refused), unit: "/min" }),
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
    name: "deliveries_per_second",
    title: "Deliveries",
    figure: ({ deliveries_per_second }) => ({ value: formatRate(deliveries_per_second), unit: "/s" }),
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
  { name: "uptime", title: "Up", figure: ({ uptime }) => plain(formatDuration(uptime)) },
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
  const { gateway } = useModel().values;
  const history = useHistory("gateway");
  const activity = useSlice(gateway);
  const spec = useMemo(() => deliveriesSpec(history), [history]);
  return (
    <Card title="Gateway" area="gateway" stream="gateway">
      <div className="gateway">
        <div>
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
          <RefusalReasons activity={activity} />
        </div>
        <Chart title="deliveries a second" spec={spec} slice={gateway} stream="gateway" />
      </div>
    </Card>
  );
}

const shownReasons = 3;

/** Always one line: what comes and goes moves nothing. */
function RefusalReasons({ activity }: { readonly activity: GatewayActivity | undefined }) {
  const reasons = activity === undefined ? [] : summarizeRefusals(activity).reasons;
  const texts = reasons.map(({ reason, count }) => `${reason} ${formatShort(count)}`);
  const more = texts.length - shownReasons;
  const shown = more > 0 ? [...texts.slice(0, shownReasons), `${more} more`] : texts;
  return (
    <p className="refusals" data-value="refusals" title={texts.join(", ")}>
      <span className="hint">Refused in the last minute:</span>{" "}
      {activity === undefined ? unknown : shown.length === 0 ? "none" : shown.join(" · ")}
    </p>
  );
}
