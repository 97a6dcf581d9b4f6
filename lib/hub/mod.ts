/**
 * Connections and channels, whatever is spoken on them. The hub talks to a narrow {@link Link}, never to a WebSocket.
 * @module
 */
export { AddressCounts, addressGroup } from "./address_group.ts";
export { Batcher, BatchLink } from "./batch_link.ts";
export { type EndCause, endCauses } from "./end_causes.ts";
export { ByteBudget, ByteLease, FairShares } from "./byte_budget.ts";
export { takeCensus } from "./census.ts";
export {
  Channel,
  type ChannelSettings,
  LogChannel,
  type LogChannelOptions,
  type Subscriber,
} from "./channel.ts";
export { Connection, type Family, type Session } from "./connection.ts";
export { type ConnectionRecord, ownText } from "./connection_record.ts";
export { keptEndings } from "./connection_records.ts";
export { DeflateLink, Deflater } from "./deflate_link.ts";
export { Farewell } from "./farewell.ts";
export { HistoryBudget } from "./history_budget.ts";
export { Hub, type TurnedAway } from "./hub.ts";
export type { Frame, Link } from "./link.ts";
export { afterOthers } from "./next_turn.ts";
export { Pace } from "./pace.ts";
export { Priority } from "./outbox.ts";
export { MemoryGuard, readMemory, readMemoryLimit } from "./memory_guard.ts";
export { Pieces } from "./pieces.ts";
export { Place } from "./places.ts";
export { ServerSocket, type SocketOwner } from "./server_socket.ts";
export { checkSevering } from "./check_severing.ts";
export { canSever } from "./runtime_socket.ts";
export { type LastWords, tellAndClose } from "./tell_and_close.ts";
export { TokenBucket, TokenBuckets } from "./token_bucket.ts";
