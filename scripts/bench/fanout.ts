import { renderSigned } from "../../lib/protocol/mod.ts";
import type { BenchContext, BenchResult } from "./context.ts";
import { measureDeliveries } from "./deliveries.ts";
import { measureIntakes } from "./intakes.ts";
import { sampleGame } from "./miners.ts";
import { hasProcessStats } from "./process_stats.ts";

const gameBytes = 512;

/** Server CPU per delivered update beside a bare loop over `Deno.upgradeWebSocket`, and to take an update in. */
export async function fanout(context: BenchContext): Promise<BenchResult> {
  if (!hasProcessStats) return { figures: [], notes: ["fanout: on Linux only, where /proc tells CPU times"] };
  let version = 0;
  const body = () => JSON.stringify({ games: [gameOfSize(gameBytes, version += 1)] });
  const deliveries = await measureDeliveries(body, context);
  const intakes = await measureIntakes(body, context);
  return { figures: [...deliveries.figures, ...intakes], notes: [deliveries.note, note] };
}

const note =
  `fanout: games of ${gameBytes} bytes; updates are taken in by servers without clients, whose code is compiled by ` +
  "then; what they use while nothing comes is not counted; medians of rounds by turns";

/** A game whose signed text is of this size; another one for every version. */
function gameOfSize(bytes: number, version: number) {
  const game = { ...sampleGame, team_a_odds: 2 + version / 1e6, league: "" };
  return { ...game, league: "L".repeat(bytes - renderSigned(game).length) };
}
