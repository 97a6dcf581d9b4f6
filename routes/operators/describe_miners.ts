import type { Gateway } from "../../lib/gateway/mod.ts";
import { formatTimestamp } from "../../lib/protocol/mod.ts";

/** The registered miners, each with what is known of it: of now and of today, and since each server's start. */
export async function describeMiners({ validator, servers }: Gateway) {
  const miners = validator.registry.list();
  const [wagered, known] = await Promise.all([
    validator.wageredToday(miners.map(({ hotkey }) => hotkey)),
    servers.miners(),
  ]);
  return miners.map((miner, index) => {
    const figures = known.figures.get(miner.hotkey);
    const record = known.connected.get(miner.hotkey);
    const { answeredAt, heartbeatAt = 0 } = record ?? {};
    return {
      ...miner,
      connected: record === undefined ? null : {
        id: record.id,
        server: record.server,
        since: formatTimestamp(record.openedAt),
        transport: "websocket",
      },
      last_prediction_at: figures === undefined ? null : formatTimestamp(figures.lastAt),
      wagered_today: wagered[index] ?? 0,
      accepted: figures?.accepted ?? 0,
      refused: figures?.refused ?? 0,
      round_trip_ms: answeredAt !== undefined && answeredAt >= heartbeatAt ? answeredAt - heartbeatAt : null,
      last_error: figures?.lastError ?? null,
    };
  });
}
