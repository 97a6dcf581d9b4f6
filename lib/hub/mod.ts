/**
 * Connections and channels, whatever is spoken on them. The hub talks to a narrow {@link Link}, never to a WebSocket.
 * @module
 */
export { AddressCounts } from "./address_counts.ts";
export { addressGroup } from "./address_group.ts";
export { BatchLink } from "./batch_link.ts";
export { Batcher } from "./batcher.ts";
export { reasonWithId } from "./close_reason.ts";
export { ByteBudget, ByteLease, type Holder } from "./byte_budget.ts";
export { type Census, takeCensus } from "./census.ts";
export {
  Channel,
  type ChannelSettings,
  type Publication,
  type Recovery,
  type Subscriber,
} from "./channel.ts";
export {
  Connection,
  type ConnectionHost,
  type ConnectionLimits,
  type Family,
  type Session,
} from "./connection.ts";
export type { ConnectionRecord, Ending } from "./connection_record.ts";
export { ConnectionRecords, keptEndings, type TurnedAway } from "./connection_records.ts";
export { DeflateLink } from "./deflate_link.ts";
export { Deflater } from "./deflater.ts";
export { type EndCause, endCauses, type EndedBy } from "./end_causes.ts";
export { Farewell } from "./farewell.ts";
export { FairShares } from "./fair_shares.ts";
export { HistoryBudget } from "./history_budget.ts";
export { Hub, type HubLimits } from "./hub.ts";
export type { Frame, Link } from "./link.ts";
export { Pace } from "./pace.ts";
export { type Outgoing, Priority } from "./outbox.ts";
export { ownText } from "./own_text.ts";
export { readMemory, readMemoryLimit } from "./memory.ts";
export { MemoryGuard, type MemoryReading } from "./memory_guard.ts";
export { Place, type PlaceLimits, Places, type Standing } from "./places.ts";
export { type Published, Publisher, type PublisherOptions } from "./publisher.ts";
export { recordOf } from "./record_of.ts";
export { ReturnTimes } from "./return_times.ts";
export { closePatience, ServerSocket, type SocketOwner } from "./server_socket.ts";
export { canSever } from "./sever.ts";
export { checkSevering } from "./severing.ts";
export { type LastWords, tellAndClose } from "./tell_and_close.ts";
export { TokenBucket } from "./token_bucket.ts";
export { TokenBuckets } from "./token_buckets.ts";
