import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type ExactJson, Float } from "../../lib/protocol/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { sampleGame, samplePrediction } from "../helpers/samples.ts";
import { Scene } from "../helpers/scene.ts";
import { ways } from "./submitting.ts";

type Fields = Record<string, ExactJson>;

/** A prediction for a game that cannot tie. */
const noTie: Fields = { game_id: "no-tie" };

/** What is changed in a good prediction, and what it is refused with; null: it is accepted. */
const rules: readonly (readonly [name: string, change: Fields, message: string | null])[] = [
  ["uid of another miner", { miner_uid: 8 }, "Invalid miner_uid: got 8, expected 7"],
  ["uid as text", { miner_uid: "7" }, null],
  ["uid as a float", { miner_uid: new Float(7) }, null],
  ["wager 0", { wager: 0 }, "Invalid wager: got 0"],
  ["wager below 0", { wager: -0.5 }, "Invalid wager: got -0.5"],
  ["wager as an integer beyond a double", { wager: 10n ** 400n }, "Invalid wager: got Infinity"],
  ["wager above the day's limit", { wager: 1000.01 }, "Daily wager limit exceeded: 1000.01 on top of"],
  ["unknown game", { game_id: "g404" }, "Unknown game: g404"],
  ["game __proto__", { game_id: "__proto__" }, "Unknown game: __proto__"],
  ["inactive game", { game_id: "inactive" }, "Game is not active: inactive"],
  ["started game", { game_id: "started" }, "Game has started: started at 2026-11-21T07:59:59+00:00"],
  ["game that starts now", { game_id: "now" }, "Game has started: now at 2026-11-21T08:00:00+00:00"],
  ["game that starts in a second", { game_id: "soon" }, null],
  ["started game, prediction dated before", {
    game_id: "started",
    prediction_date: "2026-11-01T00:00:00+00:00",
  }, "Game has started: started"],
  ["other team_a", { team_a: "Everton" }, "Invalid team_a: got Everton, expected Arsenal"],
  ["team in other case", { team_a: "arsenal" }, "Invalid team_a: got arsenal, expected Arsenal"],
  ["teams swapped", { team_a: "Chelsea", team_b: "Arsenal" }, "Invalid team_a: got Chelsea"],
  ["other team_b", { team_b: "" }, "Invalid team_b: got , expected Chelsea"],
  [
    "other team_a_odds",
    { team_a_odds: 2.2, predicted_odds: 2.2 },
    "Invalid team_a_odds: got 2.2, expected 2.1",
  ],
  ["other team_b_odds", { team_b_odds: 3.5 }, "Invalid team_b_odds: got 3.5, expected 3.4"],
  ["other tie_odds", { tie_odds: 3 }, "Invalid tie_odds: got 3, expected 3.25"],
  ["tie_odds null though the game can tie", { tie_odds: null }, "Invalid tie_odds: got none, expected 3.25"],
  ["odds off by the tolerance", { team_a_odds: 2.1001, predicted_odds: 2.0999 }, null],
  ["odds off by more", { team_a_odds: 2.10011 }, "Invalid team_a_odds"],
  ["odds off by more, below", { team_a_odds: 2.09989 }, "Invalid team_a_odds"],
  ["no such outcome", { predicted_outcome: "Everton" }, "Invalid predicted_outcome: got Everton"],
  ["outcome 3", { predicted_outcome: 3 }, "Invalid predicted_outcome: got 3"],
  ["outcome __proto__", { predicted_outcome: "__proto__" }, "Invalid predicted_outcome"],
  ["empty outcome", { predicted_outcome: "" }, "Invalid predicted_outcome"],
  ["outcome team_a", { predicted_outcome: "Arsenal" }, null],
  ["outcome team_b", { predicted_outcome: "Chelsea", predicted_odds: 3.4 }, null],
  ["outcome Tie", { predicted_outcome: "Tie", predicted_odds: 3.25 }, null],
  ["outcome 0", { predicted_outcome: 0 }, null],
  ["outcome 1", { predicted_outcome: 1, predicted_odds: 3.4 }, null],
  ["outcome 2", { predicted_outcome: 2, predicted_odds: 3.25 }, null],
  ['outcome "0"', { predicted_outcome: "0" }, null],
  ['outcome "1"', { predicted_outcome: "1", predicted_odds: 3.4 }, null],
  ['outcome "2"', { predicted_outcome: "2", predicted_odds: 3.25 }, null],
  ["outcome 1.0", { predicted_outcome: new Float(1), predicted_odds: 3.4 }, null],
  ["outcome 2, game without ties", { ...noTie, predicted_outcome: 2 }, "Invalid predicted_outcome: got 2"],
  [
    "outcome Tie, game without ties",
    { ...noTie, predicted_outcome: "Tie" },
    "Invalid predicted_outcome: got Tie",
  ],
  ["tie_odds null, game without ties", { ...noTie, tie_odds: null }, null],
  ["tie_odds 0, game without ties", { ...noTie, tie_odds: 0 }, null],
  ["tie_odds of any value, game without ties", { ...noTie, tie_odds: 99 }, null],
  ["odds of the other outcome", { predicted_odds: 3.4 }, "Invalid predicted_odds: got 3.4, expected 2.1"],
  ["confidence above 1", { confidence_score: 1.01 }, "Invalid confidence_score: got 1.01"],
  ["confidence below 0", { confidence_score: -0.01 }, "Invalid confidence_score: got -0.01"],
  ["confidence 0", { confidence_score: 0 }, null],
  ["confidence 1", { confidence_score: 1 }, null],
  ["confidence null", { confidence_score: null }, null],
];

/** Each breaks what the one before it breaks too, and one rule that comes earlier. */
const order: readonly (readonly [change: Fields, message: string])[] = [
  [{ confidence_score: 2 }, "Invalid confidence_score"],
  [{ predicted_odds: 9 }, "Invalid predicted_odds"],
  [{ predicted_outcome: "Nobody" }, "Invalid predicted_outcome"],
  [{ tie_odds: 9 }, "Invalid tie_odds"],
  [{ team_b_odds: 9 }, "Invalid team_b_odds"],
  [{ team_b: "X" }, "Invalid team_b"],
  [{ game_id: "started" }, "Game has started"],
  [{ game_id: "inactive" }, "Game is not active"],
  [{ game_id: "g404" }, "Unknown game"],
  [{ wager: 2000 }, "Daily wager limit exceeded"],
  [{ wager: -1 }, "Invalid wager"],
  [{ miner_uid: 9 }, "Invalid miner_uid"],
];

async function startScene(): Promise<Scene> {
  const scene = await Scene.start({}, new FakeClock());
  await scene.addGames([
    sampleGame("inactive", { active: false, event_start_date: "2026-11-21T07:00:00+00:00" }),
    sampleGame("started", { event_start_date: "2026-11-21T07:59:59+00:00" }),
    sampleGame("now", { event_start_date: "2026-11-21T08:00:00+00:00" }),
    sampleGame("soon", { event_start_date: "2026-11-21T08:00:01+00:00" }),
    sampleGame("no-tie", { can_tie: false, tie_odds: null }),
  ]);
  return scene;
}

for (const { name, submit } of ways) {
  Deno.test(`each rule refuses with its own words over ${name}`, async () => {
    await using scene = await startScene();
    for (const [what, change, message] of rules) {
      const prediction = samplePrediction(`one ${what}`, change);
      const [outcome] = await submit(scene, prediction, 1);
      assertOutcome(what, outcome?.data, message);
      if (name === "HTTP") assertEquals(outcome?.status, message === null ? 200 : 422, what);
    }
  });

  Deno.test(`each rule counts what it refuses over ${name}`, async () => {
    await using scene = await startScene();
    await submit(scene, samplePrediction("first"), 1);
    const changes = [...rules.filter(([, , message]) => message !== null).map(([, change]) => change), {
      prediction_id: "first",
      wager: 3,
    }];
    await submit(
      scene,
      { predictions: changes.map((change, index) => samplePrediction(`p${index}`, change)) },
      changes.length,
    );
    const { refusedPredictions, results } = scene.server.gateway.activity;
    assertEquals(refusedPredictions, {
      conflict: 1,
      // Only settings and later days bring these about: see quotas_test.ts.
      too_large: 0,
      prediction_limit: 0,
      size_limit: 0,
      miner_uid: 1,
      wager: 3,
      wager_limit: 1,
      unknown_game: 2,
      inactive_game: 1,
      game_started: 3,
      teams: 4,
      odds: 6,
      outcome: 6,
      predicted_odds: 1,
      confidence: 2,
    });
    const { refused, conflict } = name === "HTTP" ? results.http : results.websocket;
    assertEquals([refused, conflict], [30, 1]);
  });

  Deno.test(`the same rules hold in a batch over ${name}, whose predictions do not affect one another`, async () => {
    await using scene = await startScene();
    const predictions = rules.map(([what, change]) => samplePrediction(`batch ${what}`, change));
    const outcomes = await submit(scene, { predictions }, rules.length);
    assertEquals(
      outcomes.map(({ data }) => data["prediction_id"]),
      predictions.map((p) => p["prediction_id"]),
    );
    rules.forEach(([what, , message], index) => assertOutcome(what, outcomes[index]?.data, message));
    if (name === "HTTP") assertEquals(outcomes[0]?.status, 200);
  });

  Deno.test(`of several broken rules the first one is told over ${name}`, async () => {
    await using scene = await startScene();
    let changes: Fields = {};
    const predictions = order.map(([change], index) => {
      changes = { ...changes, ...change };
      return samplePrediction(`p${index}`, changes);
    });
    const outcomes = await submit(scene, { predictions }, order.length);
    order.forEach(([, message], index) => assertOutcome(message, outcomes[index]?.data, message));
  });
}

function assertOutcome(
  what: string,
  data: Record<string, unknown> | undefined,
  message: string | null,
): void {
  const said = String(data?.["message"]);
  assertEquals(data?.["status"], message === null ? "success" : "error", `${what}: ${said}`);
  if (message === null) assert("receipt" in (data ?? {}), what);
  else {
    assertStringIncludes(said, message, what);
    assert(!("receipt" in (data ?? {})), what);
  }
}
