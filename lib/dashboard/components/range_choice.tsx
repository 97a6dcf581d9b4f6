import { type ChartRange, chartRanges } from "../model/dashboard_model.ts";
import { useModel, useSlice } from "./context.ts";

const names: Readonly<Record<ChartRange, { readonly short: string; readonly long: string }>> = {
  "1h": { short: "1 h", long: "The last hour" },
  "24h": { short: "24 h", long: "The last day" },
};

/** How far back the charts go. */
export function RangeChoice() {
  const model = useModel();
  const range = useSlice(model.range);
  return (
    <div className="choice" role="group" aria-label="Time that the charts show">
      {(Object.keys(chartRanges) as ChartRange[]).map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={name === range}
          title={names[name].long}
          onClick={() => model.show(name)}
        >
          {names[name].short}
        </button>
      ))}
    </div>
  );
}
