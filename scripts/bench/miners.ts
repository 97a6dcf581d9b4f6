import { type Keypair, keypairFromSeed } from "../../lib/crypto/mod.ts";
import {
  attachSignature,
  composeText,
  type ExactJson,
  formatTimestamp,
  renderSigned,
} from "../../lib/protocol/mod.ts";

let nonces = 0;

/** The key of the miner with a number, the same in every process of a run. */
export function minerKey(uid: number): Keypair {
  const seed = new Uint8Array(32);
  new DataView(seed.buffer).setUint32(0, uid + 1);
  return keypairFromSeed(seed);
}

/** A signed message of a miner. */
export function signMessage(key: Keypair, type: string, data: ExactJson): string {
  const now = Date.now();
  const text = composeText({ type, sender: key.address, data, now, nonce: nextNonce(now) });
  return attachSignature(text, key.sign(text));
}

/** A miner's first frame, which may name what it has. */
export function signAuthentication(key: Keypair, recover?: ExactJson): string {
  const now = Date.now();
  const text = renderSigned({
    hotkey: key.address,
    timestamp: formatTimestamp(now),
    nonce: nextNonce(now),
    recover,
  });
  return attachSignature(text, key.sign(text));
}

/** A miner's connection, welcomed; whoever uses it listens to it. */
export function connectMiner(url: string, uid: number): Promise<WebSocket> {
  const socket = new WebSocket(url);
  return new Promise((resolve, reject) => {
    socket.onopen = () => socket.send(signAuthentication(minerKey(uid)));
    socket.onmessage = () => resolve(socket);
    socket.onclose = ({ code, reason }) => reject(new Error(`a miner was not let in: ${code} ${reason}`));
  });
}

function nextNonce(now: number): string {
  return `${now}.${nonces += 1}`;
}

const game = {
  game_id: "bench-game",
  team_a: "Arsenal",
  team_b: "Chelsea",
  team_a_odds: 2.1,
  team_b_odds: 3.4,
  tie_odds: 3.25,
};

/** A game that has not started. */
export const sampleGame = {
  ...game,
  sport: "soccer",
  league: "Premier League",
  create_date: "2026-11-20T08:00:00+00:00",
  last_update_date: "2026-11-20T08:00:00+00:00",
  event_start_date: "2099-01-01T15:00:00+00:00",
  active: true,
  outcome: "3",
  can_tie: true,
};

/** A prediction for {@link sampleGame} that is accepted, as long as a miner makes fewer than 100,000. */
export function samplePrediction(predictionId: string, uid: number) {
  return {
    ...game,
    prediction_id: predictionId,
    miner_uid: uid,
    prediction_date: "2026-11-21T08:00:00+00:00",
    predicted_outcome: game.team_a,
    predicted_odds: game.team_a_odds,
    wager: 0.01,
    model_name: "bench",
    confidence_score: 0.75,
    outcome: "Unfinished",
    payout: 0.021,
  };
}
