import { assertEquals } from "@std/assert";
import { silentMiners } from "../../lib/dashboard/console/silent_miners.ts";
import type { ToldMiner as Miner } from "../../lib/protocol/mod.ts";

const now = Date.parse("2026-11-21T12:00:00Z");
const ago = (minutes: number) => new Date(now - 60_000 * minutes).toISOString();
const here = { id: "c1", server: "1", since: ago(90), transport: "websocket" };

function miner(uid: number, details: Partial<Miner>): Miner {
  return {
    hotkey: `miner ${uid}`,
    uid,
    blacklisted: false,
    connected: null,
    last_prediction_at: null,
    wagered_today: 0,
    accepted: 0,
    refused: 0,
    round_trip_ms: null,
    last_error: null,
    ...details,
  };
}

Deno.test("miners that are away for ten minutes or predict nothing for an hour are silent, the latest first", () => {
  const counts = [0, 3, ...Array<number>(46).fill(0)];
  const none = Array<number>(48).fill(0);
  const day = {
    from: now / 1000 - 86_400,
    interval: 1800,
    miners: { "miner 6": { accepted: none, refused: counts }, "miner 7": { accepted: none, refused: none } },
  };
  const silent = silentMiners(
    [
      miner(1, { last_prediction_at: ago(9) }),
      miner(2, { last_prediction_at: ago(11) }),
      miner(3, { last_prediction_at: ago(50), connected: here }),
      miner(4, { last_prediction_at: ago(70), connected: here }),
      miner(5, { last_prediction_at: ago(70), blacklisted: true }),
      miner(6, {}),
      miner(7, {}),
      miner(8, {}),
    ],
    day,
    now,
  );
  assertEquals(silent.map(({ miner: { uid }, since }) => [uid, new Date(since).toISOString()]), [
    [2, ago(11)],
    [4, ago(70)],
    [6, ago(23 * 60)],
  ]);
});
