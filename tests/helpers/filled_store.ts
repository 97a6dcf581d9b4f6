import type { Engine } from "../../lib/engine/mod.ts";
import {
  parseExact,
  readGame,
  type ReceivedPrediction,
  renderSigned,
  sha256Hex,
  systemClock,
  type TeamGamePrediction,
  toPlain,
} from "../../lib/protocol/mod.ts";
import type { Clock } from "../../lib/protocol/mod.ts";
import { PredictionBook } from "../../lib/validator/prediction_book.ts";
import type { Verdict } from "../../lib/validator/prediction_draft.ts";
import { sampleGame, samplePrediction } from "./samples.ts";

const game = readGame(parseExact(renderSigned(sampleGame())));

function received(id: string): ReceivedPrediction {
  const text = renderSigned(samplePrediction(id, { wager: 0.001 }));
  return { fields: toPlain(parseExact(text)) as TeamGamePrediction, text, hash: sha256Hex(text) };
}

/** Has a store accept predictions named by their ids, those of three miners in turns. Answers what became of each. */
export async function accept(
  store: Engine,
  ids: readonly string[],
  clock: Clock = systemClock,
): Promise<Verdict[]> {
  const known = {
    ...game,
    active: true,
    event_start_date: "2999-01-01T00:00:00Z",
    changedAt: 0,
    offset: 1,
  };
  const book = new PredictionBook({
    store,
    games: { find: () => known, knownUpTo: 0, know: () => Promise.resolve() },
    confirmations: { publish: () => Promise.resolve("") },
    gatekeeper: { forgive: () => {} },
    clock,
  });
  const confirmed = await Promise.all(ids.flatMap((id, index) => {
    const hotkey = `miner ${index % 3}`;
    const message = { envelope: { signer: hotkey, nonce: id }, predictions: [received(id)], receivedAt: 0 };
    return book.submit(message, { hotkey, uid: 7 }, "http");
  }));
  return confirmed.map(({ verdict }) => verdict);
}

/** `p1`, `p2` and so on: as many ids, from a number on. */
export function idsFrom(first: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `p${first + index}`);
}
