/** What a figure is counted in. */
type Unit = "" | "/s" | "B/s" | "s" | "ms" | "B" | "%";

interface Figure {
  readonly unit: Unit;
  /** Of what it is, for people. */
  readonly title: string;
}

function figure(title: string, unit: Unit = ""): Figure {
  return { title, unit };
}

/** Figures of the chain node, as the stream `network_metrics` names them. */
export const networkFigures = {
  network_strength: figure("Network strength"),
  block_height: figure("Block height"),
  finality_time: figure("Finality", "s"),
  peer_count: figure("Peers of the node"),
  tps: figure("Transactions", "/s"),
  bandwidth_in: figure("Bandwidth in", "B/s"),
  bandwidth_out: figure("Bandwidth out", "B/s"),
  active_connections: figure("Connections of the node"),
} as const;

/** Figures of the gateway that everybody may see. */
export const gatewayFigures = {
  deliveries_per_second: figure("Deliveries", "/s"),
  predictions_per_second: figure("Predictions", "/s"),
  accepted_per_second: figure("Accepted predictions", "/s"),
  refused_per_second: figure("Refused predictions", "/s"),
  confirmation_p99: figure("Confirmation, 99th percentile", "ms"),
  active_miners: figure("Active miners"),
  miner_connections: figure("Miners' sockets"),
  stream_connections: figure("Stream sockets and event streams"),
} as const;

/** Figures of the gateway that its operator alone sees. */
const operatorFigures = {
  http_share: figure("Predictions over HTTP", "%"),
  loop_lag: figure("Event-loop lag", "ms"),
  commit_time: figure("Commit", "ms"),
  memory: figure("Memory", "B"),
  store_bytes: figure("Store", "B"),
  cpu: figure("Processor", "%"),
  sent_bytes_per_second: figure("Sent", "B/s"),
  received_bytes_per_second: figure("Received", "B/s"),
  errors_per_second: figure("Errors told to clients", "/s"),
} as const;

/** Every figure whose history is kept. */
export const figures = { ...networkFigures, ...gatewayFigures, ...operatorFigures };

/** Name of a figure. */
export type FigureName = keyof typeof figures;

/** All names, in the order of the table. */
export const figureNames = Object.keys(figures) as readonly FigureName[];
