import type { CSSProperties, ReactNode } from "react";
import { type Figure, formatChange, formatCount, formatSeconds, notGiven } from "../model/format.ts";
import { useModel, useSlice } from "./context.ts";
import { Measure } from "./measure.tsx";

interface TileProps {
  readonly name: string;
  readonly title: string;
  readonly figure: Figure;
  /** More of it; while it is stale, how old it is stands there. */
  readonly children: ReactNode;
}

function Tile({ name, title, figure, children }: TileProps) {
  const { state, age } = useSlice(useModel().health.network_metrics);
  return (
    <div className="card tile" data-health={state}>
      <dt>{title}</dt>
      <dd
        className="tile-value"
        data-value={name}
        style={{ "--length": figure.value.length } as CSSProperties}
      >
        <Measure {...figure} />
      </dd>
      <dd className="hint">{state === "stale" && age !== "" ? `${age} old` : children}</dd>
    </div>
  );
}

const count = (value: number | null | undefined): Figure => ({
  value: formatCount(value ?? NaN),
  unit: "",
});

/** The network in single numbers. */
export function Tiles() {
  const model = useModel();
  const network = model.values.network_metrics;
  const networkHistory = model.history("network_metrics", "1h");
  const metrics = useSlice(network);
  const growth = networkHistory.change("block_height", 60);
  const finality = networkHistory.range("finality_time");
  return (
    <dl className="tiles" data-area="tiles" aria-label="The network in numbers">
      <Tile name="block_height" title="Block height" figure={count(metrics?.block_height)}>
        {growth === undefined ? "latest block" : `${formatChange(growth)} in a minute`}
      </Tile>
      <Tile name="finality_time" title="Finality" figure={formatSeconds(metrics?.finality_time ?? NaN)}>
        {metrics?.finality_time === null
          ? notGiven
          : finality === undefined
          ? "until a block is final"
          : `${formatSeconds(finality.low).value} to ${formatSeconds(finality.high).value} s lately`}
      </Tile>
      <Tile name="peer_count" title="Peers" figure={count(metrics?.peer_count)}>
        <Validators />
      </Tile>
      <Tile name="active_connections" title="Connections" figure={count(metrics?.active_connections)}>
        {metrics?.active_connections === null ? notGiven : "open at the node"}
      </Tile>
    </dl>
  );
}

function Validators() {
  const peers = useSlice(useModel().values.peers)?.peers;
  if (peers === undefined || peers.every(({ is_validator }) => is_validator === null)) return "of the node";
  const validators = peers.filter(({ is_validator }) => is_validator).length;
  return `${formatCount(validators)} ${validators === 1 ? "validator" : "validators"}`;
}
