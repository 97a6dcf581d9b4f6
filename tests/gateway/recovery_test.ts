import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Frame, Peer } from "../helpers/peer.ts";
import { sampleGame, samplePrediction } from "../helpers/samples.ts";
import { dataOf, Scene } from "../helpers/scene.ts";

/** A miner that keeps its positions over its connections, as the protocol tells it to. */
class Follower {
  readonly offsets: Record<"games" | "confirmations", number[]> = { games: [], confirmations: [] };
  readonly recovered: unknown[] = [];
  readonly #scene: Scene;
  #epoch = "";
  #peer: Peer | undefined;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  async connect(): Promise<void> {
    const at = (channel: "games" | "confirmations") => ({
      epoch: this.#epoch,
      offset: this.offsets[channel].at(-1) ?? 0,
    });
    const recover = this.#epoch === ""
      ? undefined
      : { games: at("games"), confirmations: at("confirmations") };
    this.#peer = await this.#scene.connect(this.#scene.key, recover);
    const { epoch, recovered } = dataOf(this.#peer.frames[0]);
    assertEquals(this.#peer.frames[0]?.type, "welcome");
    this.#epoch = String(epoch);
    this.recovered.push(recovered);
  }

  /** Drops the connection at once; what came until then counts. */
  async drop(): Promise<void> {
    const peer = this.#peer;
    if (peer === undefined) return;
    this.#peer = undefined;
    await peer.close();
    this.#take(peer.frames);
  }

  /** Waits for the last publication of each channel. */
  async catchUp(games: number, confirmations: number): Promise<void> {
    const peer = this.#peer;
    if (peer === undefined) return;
    const has = (type: string, offset: number) =>
      offset === 0 ||
      (this.offsets[type === "game_update" ? "games" : "confirmations"].at(-1) ?? 0) >= offset ||
      peer.frames.some((frame) => frame.type === type && Number(dataOf(frame)["offset"]) >= offset);
    while (!has("game_update", games) || !has("confirmation", confirmations)) await peer.next();
    await this.drop();
  }

  #take(frames: readonly Frame[]): void {
    for (const frame of frames) {
      const offset = Number(dataOf(frame)["offset"]);
      if (frame.type === "game_update") this.offsets.games.push(offset);
      if (frame.type === "confirmation") this.offsets.confirmations.push(offset);
    }
  }
}

type Step = "game" | "prediction" | "connect" | "drop";

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

Deno.test("a miner that recovers over real sockets misses nothing and gets nothing twice", async () => {
  const steps = fc.array(
    fc.constantFrom<Step>("game", "game", "prediction", "prediction", "connect", "drop"),
    {
      minLength: 5,
      maxLength: 25,
    },
  );
  await using scene = await Scene.start({ "websocket.rate_limit": 1e6, "http.rate_limit": 1e6 });
  let games = 1;
  let predictions = 0;
  const follower = new Follower(scene);
  // The first one comes without a position, and so is told nothing of the past.
  await follower.connect();
  follower.offsets.games.push(1);
  await fc.assert(
    fc.asyncProperty(steps, async (steps) => {
      const underWay: Promise<unknown>[] = [];
      for (const step of steps) {
        // Publications are not waited for, so that the comings and goings fall into the midst of them.
        if (step === "game") underWay.push(scene.addGames([sampleGame(`g${games += 1}`)]));
        if (step === "prediction") {
          underWay.push(scene.submit(samplePrediction(`p${predictions += 1}`, { wager: 0.01 })));
        }
        if (step === "connect") await follower.drop().then(() => follower.connect());
        if (step === "drop") await follower.drop();
      }
      await Promise.all(underWay);
      await follower.drop();
      await follower.connect();
      await follower.catchUp(games, predictions);
      assertEquals(follower.offsets, { games: upTo(games), confirmations: upTo(predictions) });
    }),
    { numRuns: 15, endOnFailure: true },
  );
  assert(
    follower.recovered.slice(1).every((recovered) =>
      JSON.stringify(recovered) === '{"confirmations":true,"games":true}'
    ),
  );
});

/** The epoch and the offsets that a welcome names. */
async function positions(scene: Scene): Promise<{ epoch: string; games: number; confirmations: number }> {
  const peer = await scene.connect();
  const { epoch, channels } = dataOf(peer.frames[0]);
  await peer.close();
  return { epoch: String(epoch), ...channels as { games: number; confirmations: number } };
}

Deno.test("when a recovery is impossible the miner is told so, and gets all games at once", async (test) => {
  await using scene = await Scene.start({ "history.size": 2 });
  for (const id of ["g2", "g3", "g4"]) await scene.addGames([sampleGame(id)]);
  const { epoch } = await positions(scene);
  const impossible = [
    ["another epoch", { epoch: "another", offset: 4 }],
    ["an offset of the future", { epoch, offset: 5 }],
    ["an offset too old", { epoch, offset: 1 }],
  ] as const;
  for (const [what, games] of impossible) {
    await test.step(what, async () => {
      const peer = await scene.connect(scene.key, { games });
      assertEquals(dataOf(peer.frames[0])["recovered"], { games: false });
      const snapshot = dataOf(await peer.next(({ type }) => type === "game_update"));
      assertEquals([snapshot["epoch"], snapshot["offset"], snapshot["snapshot"]], [epoch, 4, true]);
      const ids = (snapshot["games"] as { game_id: string }[]).map(({ game_id }) => game_id);
      assertEquals(ids, ["g1", "g2", "g3", "g4"]);
      await peer.close();
    });
  }
  const peer = await scene.connect(scene.key, { games: { epoch, offset: 2 } });
  await scene.addGames([sampleGame("g5")]);
  assertEquals(dataOf(peer.frames[0])["recovered"], { games: true });
  for (const expected of [3, 4, 5]) assertEquals(dataOf(await peer.next())["offset"], expected);
  await peer.close();
});

Deno.test("a miner without a position is sent nothing of the past, and live updates from then on", async () => {
  await using scene = await Scene.start();
  const peer = await scene.connect();
  assertEquals(dataOf(peer.frames[0])["recovered"], {});
  await scene.addGames([sampleGame("g2")]);
  assertEquals(dataOf(await peer.next())["offset"], 2);
  await peer.close();
});

Deno.test("games that are handed in unchanged are not sent again", async () => {
  await using scene = await Scene.start();
  const peer = await scene.connect();
  assertEquals(await scene.addGames([sampleGame()]), { offset: 1, recipients: 0, changed: 0 });
  const changed = [sampleGame(), sampleGame("g2"), sampleGame("g3"), sampleGame("g3", { league: "other" })];
  assertEquals(await scene.addGames(changed), { offset: 2, recipients: 1, changed: 2 });
  const { games } = dataOf(await peer.next());
  assertEquals(games, [sampleGame("g2"), sampleGame("g3", { league: "other" })]);
  await peer.close();
});

Deno.test("more missed than may wait unsent is still recovered, in order, and new confirmations come after it", async () => {
  await using scene = await Scene.start({
    "websocket.max_queue": 32 * 1024,
    "websocket.rate_limit": 1e6,
    "http.rate_limit": 1e6,
  });
  const { epoch } = await positions(scene);
  const wager = 0.001;
  for (let batch = 0; batch < 4; batch += 1) {
    const predictions = Array.from(
      { length: 100 },
      (_, index) => samplePrediction(`p${batch}.${index}`, { wager }),
    );
    await scene.submit({ predictions });
    await scene.addGames([sampleGame(`big${batch}`, { note: "x".repeat(14_000) })]);
  }
  const peer = await scene.connect(scene.key, {
    games: { epoch, offset: 1 },
    confirmations: { epoch, offset: 0 },
  });
  const live = await scene.submit({ predictions: [samplePrediction("live", { wager })] });
  assertEquals(live.status, 200);
  await scene.addGames([sampleGame("live")]);
  const offsets = { confirmation: [] as number[], game_update: [] as number[] };
  while (offsets.confirmation.length < 401 || offsets.game_update.length < 5) {
    const frame = await peer.next();
    if (frame.type === "error") throw new Error(JSON.stringify(frame));
    if (frame.type in offsets) {
      offsets[frame.type as keyof typeof offsets].push(Number(dataOf(frame)["offset"]));
    }
  }
  assertEquals(offsets.confirmation, upTo(401));
  assertEquals(offsets.game_update, [2, 3, 4, 5, 6]);
  await peer.close();
});
