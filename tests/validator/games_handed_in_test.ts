import { assertEquals, assertRejects } from "@std/assert";
import { parseExact, readGame, renderSigned } from "../../lib/protocol/mod.ts";
import { FaultyEngine } from "../helpers/faulty_engine.ts";
import { startGateway } from "../helpers/gateway.ts";
import { Peer, testKey } from "../helpers/peer.ts";
import { sampleGame } from "../helpers/samples.ts";
import { dataOf } from "../helpers/scene.ts";
import { until } from "../helpers/until.ts";

const game = (id: string, overrides = {}) =>
  readGame(parseExact(renderSigned(sampleGame(id, overrides) as never)));

Deno.test("games that are handed in together are stored together, and each time has an update of its own", async () => {
  const opener = FaultyEngine.opener();
  await using server = await startGateway({}, undefined, opener.open);
  const key = testKey(1);
  await server.admin("PUT", `/admin/miners/${key.address}`, { uid: 7 });
  const { peer } = await Peer.authenticated(server.ws, key);
  const { games } = server.gateway.validator;
  let commits = 0;
  using _ = opener.engine.interfere((write, what) => {
    if (what === "games") commits += 1;
    return write();
  });
  const count = 40;
  const published = await Promise.all(
    Array.from({ length: count }, (_, index) => games.publish([game("g", { tie_odds: 3 + index / 100 })])),
  );
  assertEquals(commits, 1);
  assertEquals(published, published.map((_, index) => ({ offset: index + 1, recipients: 1, changed: 1 })));
  for (let index = 0; index < count; index += 1) {
    const data = dataOf(await peer.next(({ type }) => type === "game_update"));
    const told = data["games"] as { tie_odds: number }[];
    assertEquals([data["offset"], told.map(({ tie_odds }) => tie_odds)], [index + 1, [3 + index / 100]]);
  }
  await peer.close();
});

Deno.test("games that are handed in while others have their turn are stored along with those that wait for it", async () => {
  const opener = FaultyEngine.opener();
  await using server = await startGateway({}, undefined, opener.open);
  const { games } = server.gateway.validator;
  await games.publish([game("known")]);
  const [turn, begun] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const others = opener.engine.transact(async () => {
    begun.resolve();
    await turn.promise;
  }, { lock: "games" });
  await begun.promise;
  let commits = 0;
  using _ = opener.engine.interfere((write, what) => {
    if (what === "games") commits += 1;
    return write();
  });
  const first = games.publish([game("g1")]);
  await until(() => commits === 1, "the first to wait for its turn");
  const along = [games.publish([game("g2")]), games.publish([game("g1", { tie_odds: 4 })])];
  // Another server may have changed it: that is looked at before its turn.
  const later = [games.publish([game("known")]), games.publish([game("g3")])];
  turn.resolve();
  await others;
  assertEquals(await first, { offset: 2, recipients: 0, changed: 1 });
  assertEquals(await Promise.all(along), [
    { offset: 3, recipients: 0, changed: 1 },
    { offset: 4, recipients: 0, changed: 1 },
  ]);
  assertEquals((await Promise.all(later)).map(({ changed }) => changed), [0, 1]);
  assertEquals([commits, games.position.offset], [2, 5]);
});

Deno.test("of what is handed in together nobody is told before it is stored, and what is refused is refused alone", async () => {
  const opener = FaultyEngine.opener();
  await using server = await startGateway({ "websocket.max_queue": 200_000 }, undefined, opener.open);
  const { games } = server.gateway.validator;
  const large = Array.from({ length: 400 }, (_, index) => game(`large ${index}`));
  const [first, tooLarge, again, second] = [
    games.publish([game("g1")]),
    games.publish(large),
    games.publish([game("g1")]),
    games.publish([game("g1"), game("g2")]),
  ];
  await assertRejects(() => tooLarge, RangeError, "at a time");
  assertEquals(await first, { offset: 1, recipients: 0, changed: 1 });
  assertEquals(await again, { offset: 2, recipients: 0, changed: 0 });
  assertEquals(await second, { offset: 2, recipients: 0, changed: 1 });
  {
    using _ = opener.engine.refuse();
    await assertRejects(() => games.publish([game("g3")]), Error, "disk full");
    assertEquals([games.position.offset, games.current().length], [2, 2]);
  }
  assertEquals(await games.publish([game("g3")]), { offset: 3, recipients: 0, changed: 1 });
});

Deno.test("an update of more games than one transaction takes is one update", async () => {
  await using server = await startGateway();
  const { games } = server.gateway.validator;
  const many = Array.from({ length: 1200 }, (_, index) => game(`g${index}`));
  const [one, all, after] = await Promise.all([
    games.publish([game("alone")]),
    games.publish(many),
    games.publish([game("g1", { active: false }), game("g2")]),
  ]);
  assertEquals([one.offset, all.offset, after.offset], [1, 2, 3]);
  assertEquals([one.changed, all.changed, after.changed], [1, 1200, 1]);
  assertEquals(games.listed().length, 1201);
});
