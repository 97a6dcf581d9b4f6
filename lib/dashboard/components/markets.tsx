import type { MarketsHealth } from "../../protocol/streams.ts";
import { formatShort, notGiven } from "../model/format.ts";
import { Card } from "./card.tsx";
import { useModel, useSlice } from "./context.ts";

type Data = MarketsHealth["markets"];

interface Counted {
  readonly label: string;
  readonly value: (data: Data) => number | null;
}

interface Market {
  readonly key: keyof Data;
  readonly title: string;
  readonly main: Counted;
  readonly other: Counted;
}

const markets: readonly Market[] = [
  {
    key: "compute",
    title: "Compute",
    main: { label: "active jobs", value: ({ compute }) => compute.active_jobs },
    other: { label: "providers", value: ({ compute }) => compute.total_providers },
  },
  {
    key: "storage",
    title: "Storage",
    main: { label: "stored", value: ({ storage }) => storage.total_stored },
    other: { label: "providers", value: ({ storage }) => storage.total_providers },
  },
  {
    key: "energy",
    title: "Energy",
    main: { label: "credits", value: ({ energy }) => energy.total_credits },
    other: { label: "active traders", value: ({ energy }) => energy.active_traders },
  },
  {
    key: "ads",
    title: "Ads",
    main: { label: "active campaigns", value: ({ ads }) => ads.active_campaigns },
    other: { label: "impressions", value: ({ ads }) => ads.total_impressions },
  },
];

/** The node's markets and how they are. */
export function Markets() {
  const health = useSlice(useModel().values.markets_health);
  const aside = health === undefined ? undefined : (
    <>
      <span className="hint">
        {health.healthy_markets} of {health.total_markets} at work
      </span>
      <span className="badge" data-tone={health.overall_status} data-value="overall_status">
        {health.overall_status}
      </span>
    </>
  );
  return (
    <Card title="Markets" area="markets" stream="markets_health" aside={aside}>
      <ul className="markets">
        {markets.map((market) => <MarketItem key={market.key} market={market} data={health?.markets} />)}
      </ul>
    </Card>
  );
}

function MarketItem({ market, data }: { readonly market: Market; readonly data: Data | undefined }) {
  const { key, title, main, other } = market;
  const status = data === undefined ? "waiting" : data[key].status ?? "not given";
  const valueOf = ({ value }: Counted) => data && value(data);
  const show = (counted: Counted) => formatShort(valueOf(counted) ?? NaN);
  return (
    <li className="market" data-market={key}>
      <h3>{title}</h3>
      <span className="badge" data-tone={status === "not given" ? "waiting" : status}>{status}</span>
      <p className="market-main">
        <span className="number">{show(main)}</span> <span className="unit">{main.label}</span>
      </p>
      <p className="hint">
        <span className="number">{show(other)}</span> {other.label}
        {valueOf(other) === null && `, ${notGiven}`}
      </p>
    </li>
  );
}
