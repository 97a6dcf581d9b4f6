import { assert, assertEquals } from "@std/assert";
import { verifyStore } from "../../../lib/operations/mod.ts";
import { percentile } from "../../../lib/telemetry/mod.ts";
import { testKey } from "../../helpers/peer.ts";
import { sampleGame } from "../../helpers/samples.ts";
import { until } from "../../helpers/until.ts";
import { MinerBook } from "./book.ts";
import { Fleet } from "./fleet.ts";
import { Ledger } from "./ledger.ts";
import { overHttp, overWebSocket } from "./miners.ts";
import type { Random } from "./random.ts";
import { roamOverHttp, roamOverWebSocket } from "./roaming.ts";

const servers = 3;
const flags = ["--websocket.rate_limit=100000", "--http.rate_limit=100000", "--log.level=WARNING"];
/** How the miners submit: while servers are killed, and to the end when none is any more. */
const ways = [
  ...Array.from({ length: 4 }, () => ({ roam: roamOverWebSocket, finish: overWebSocket, window: 30 })),
  ...Array.from({ length: 2 }, () => ({ roam: roamOverHttp, finish: overHttp, window: 30 })),
];

/** What came of it. */
interface KillsReport {
  readonly predictions: number;
  readonly confirmations: number;
  readonly duplicates: number;
  /** How often a client was told to come back later. */
  readonly refusals: number;
  /** How often a client went on at another server, and the milliseconds that half of them took at most, and 99 of 100. */
  readonly moves: number;
  readonly p50: number;
  readonly p99: number;
}

/**
 * Kills servers of one database under load, one after the other, each after a random number of confirmations. Throws where
 * anything that was confirmed is missing, was changed, or was accepted twice, where the sequence has a gap or a chain a
 * fork, and where a client that goes on elsewhere misses a confirmation or gets one twice.
 */
export async function killServers(
  { kills, store, cwd, random }: { kills: number; store: string; cwd: string; random: Random },
): Promise<KillsReport> {
  const surroundings = { cwd, env: { HELIOGRAPH_STORE: store } };
  await using fleet = await Fleet.start(servers, { surroundings, flags, random });
  const miners = ways.map((way, index) => ({
    ...way,
    key: testKey(101 + index),
    book: new MinerBook(101 + index, random.fork(index)),
  }));
  const first = fleet.pick();
  for (const { key, book } of miners) {
    await first.admin("PUT", `/admin/miners/${key.address}`, { uid: book.uid });
  }
  await first.admin("POST", "/admin/games", { games: [sampleGame()] });
  const [ledger, ending, moves] = [new Ledger(), new AbortController(), [] as number[]];
  const counted = () => miners.reduce((sum, { book }) => sum + book.confirmations, 0);
  await ledger.update(first.url);
  let failed: unknown;
  let news = Promise.withResolvers<void>();
  const confirmed = () => (news.resolve(), news = Promise.withResolvers());
  const roaming = miners.map(async ({ roam, key, book, window }) => {
    const moved = (milliseconds: number) => void moves.push(milliseconds);
    await roam({ fleet, key, book, window, confirmed, moved, signal: ending.signal });
  });
  for (const each of roaming) each.catch((error) => (failed ??= error, confirmed()));
  for (let kill = 0; kill < kills; kill += 1) {
    const enough = counted() + random.between(20, 300);
    await until(
      () => failed !== undefined || counted() >= enough,
      `confirmations after ${kill} kills`,
      () => news.promise,
    );
    if (failed !== undefined) break;
    await fleet.kill();
    const known = miners.map(({ book }) => new Map(book.receipts));
    await ledger.update(fleet.pick().url);
    miners.forEach(({ key }, index) => {
      const kept = ledger.receiptsOf(key.address);
      for (const [id, receipt] of known[index] ?? []) assertEquals([id, kept.get(id)], [id, receipt]);
    });
  }
  ending.abort();
  await Promise.allSettled(roaming);
  if (failed !== undefined) throw failed;
  await fleet.whole();
  const { url } = fleet.pick();
  await ledger.update(url);
  await Promise.all(miners.map(async ({ finish, key, book, window }) => {
    book.restart(ledger.receiptsOf(key.address));
    await finish({ url, key, book, endless: false, window, confirmed });
  }));
  await ledger.update(url);
  for (const { key, book } of miners) {
    assertEquals([...book.undecided.keys()], []);
    assertEquals(book.receipts.size, ledger.receiptsOf(key.address).size);
  }
  const { faults, receipts } = await verifyStore(store);
  assertEquals(faults, []);
  // Others may predict as well.
  assert(receipts >= ledger.size);
  return {
    predictions: ledger.size,
    confirmations: counted(),
    duplicates: miners.reduce((sum, { book }) => sum + book.duplicates, 0),
    refusals: miners.reduce((sum, { book }) => sum + book.refusals, 0),
    moves: moves.length,
    p50: Math.round(percentile(moves, 0.5)),
    p99: Math.round(percentile(moves, 0.99)),
  };
}
