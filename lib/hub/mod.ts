/**
 * Connections and channels, whatever is spoken on them. The hub talks to a narrow {@link Link}, never to a WebSocket.
 * @module
 */
export { BatchLink } from "./batch_link.ts";
export { Batcher } from "./batcher.ts";
export {
  Channel,
  type ChannelSettings,
  type Publication,
  type Recovery,
  type Subscriber,
} from "./channel.ts";
export { Connection, type ConnectionLimits, type Family, type Session } from "./connection.ts";
export { DeflateLink } from "./deflate_link.ts";
export { Deflater } from "./deflater.ts";
export { HistoryBudget } from "./history_budget.ts";
export { Hub, type HubLimits } from "./hub.ts";
export type { Frame, Link } from "./link.ts";
export { type Outgoing, Priority } from "./outbox.ts";
export { Publisher } from "./publisher.ts";
export { TokenBucket } from "./token_bucket.ts";
export { TokenBuckets } from "./token_buckets.ts";
