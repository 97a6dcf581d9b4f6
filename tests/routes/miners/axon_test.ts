import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { verifySignature } from "../../../lib/crypto/mod.ts";
import { parseMessage, renderSigned, signedText } from "../../../lib/protocol/mod.ts";
import { dendriteHeaders, type DendriteOptions } from "../../helpers/dendrite.ts";
import { FakeClock } from "../../helpers/fake_clock.ts";
import { testKey } from "../../helpers/peer.ts";
import { sampleGame, samplePrediction } from "../../helpers/samples.ts";
import { type Answer, Scene } from "../../helpers/scene.ts";

const path = "/TeamGamePrediction";
/** What Python's `str` gives of the fields of a {@link samplePrediction}, in their order. */
const texts = (id: string, changes: Record<string, string> = {}) =>
  Object.values({
    prediction_id: id,
    game_id: "g1",
    miner_uid: "7",
    prediction_date: "2026-11-21T08:00:00+00:00",
    predicted_outcome: "Arsenal",
    predicted_odds: "2.1",
    team_a: "Arsenal",
    team_b: "Chelsea",
    wager: "1.5",
    team_a_odds: "2.1",
    team_b_odds: "3.4",
    tie_odds: "3.25",
    model_name: "sample",
    confidence_score: "0.5",
    outcome: "Unfinished",
    payout: "0.5",
    ...changes,
  });

/** What a dendrite adds to every body. */
const synapse = {
  name: "TeamGamePrediction",
  timeout: 12,
  total_size: 3000,
  header_size: 0,
  dendrite: { nonce: 1, hotkey: "x" },
  axon: { ip: "127.0.0.1", port: 10401 },
  computed_body_hash: "",
};

class Dendrite implements AsyncDisposable {
  uuid = 0;

  constructor(readonly scene: Scene) {}

  static async start(overrides: Parameters<typeof Scene.start>[0] = {}): Promise<Dendrite> {
    return new Dendrite(await Scene.start(overrides, new FakeClock()));
  }

  get axon(): string {
    return this.scene.server.gateway.validator.address;
  }

  headers(options: Partial<DendriteOptions> = {}, key = this.scene.key): Record<string, string> {
    const uuid = `u${this.uuid += 1}`;
    return dendriteHeaders(key, { axon: this.axon, now: this.scene.clock.now(), uuid, ...options });
  }

  async post(at: string, body: string, headers: Record<string, string>): Promise<Answer> {
    return await this.scene.call("POST", at, { body, headers });
  }

  /** Sends a prediction as the real one would. */
  async predict(id: string, options: Partial<DendriteOptions> = {}, key = this.scene.key): Promise<Answer> {
    const body = renderSigned({ ...synapse, ...samplePrediction(id) });
    return await this.post(path, body, this.headers({ hashed: texts(id), ...options }, key));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.scene.stop();
  }
}

const messageOf = ({ body }: Answer) => String(body["message"]);

Deno.test("a prediction from a dendrite is confirmed, and answered with the fields and headers of an axon", async () => {
  await using dendrite = await Dendrite.start();
  const { status, body, headers } = await dendrite.predict("p1");
  assertEquals(status, 200, JSON.stringify(body));
  assertEquals(body["wager"], 1.5);
  assertEquals(body["timeout"], 12);
  const confirmation = body["confirmation"] as {
    data: Record<string, unknown>;
    sender: string;
    signature: string;
  };
  assertEquals(confirmation.data["status"], "success");
  assertEquals(confirmation.sender, dendrite.axon);
  assert(
    verifySignature(
      signedText(parseMessage(JSON.stringify(confirmation))),
      confirmation.signature,
      dendrite.axon,
    ),
  );
  assertEquals(headers.get("bt_header_axon_status_code"), "200");
  assertEquals(headers.get("bt_header_axon_status_message"), "Success");
  assertEquals(headers.get("bt_header_axon_hotkey"), dendrite.axon);
  assertEquals(headers.get("bt_header_dendrite_hotkey"), dendrite.scene.key.address);
  const [nonce, uuid, signature] = ["nonce", "uuid", "signature"].map((name) =>
    headers.get(`bt_header_axon_${name}`)
  );
  const text = `${nonce}.${dendrite.scene.key.address}.${dendrite.axon}.${uuid}`;
  assert(verifySignature(text, signature ?? "", dendrite.axon));
  assertMatch(headers.get("bt_header_axon_process_time") ?? "", /^\d/);
});

Deno.test("the receipt is that of the prediction alone, by whichever way it comes again", async () => {
  await using dendrite = await Dendrite.start();
  const first = (await dendrite.predict("p1")).body["confirmation"] as { data: Record<string, unknown> };
  const again = (await dendrite.scene.submit(samplePrediction("p1"))).body as {
    data: Record<string, unknown>;
  };
  assertEquals(again.data["receipt"], first.data["receipt"]);
  assertEquals(again.data["duplicate"], true);
});

Deno.test("numbers, truths and absent fields are hashed as Python writes them", async () => {
  await using dendrite = await Dendrite.start();
  const { model_name: _, ...rest } = samplePrediction("p1", { confidence_score: null });
  const body = renderSigned({ ...synapse, ...rest, confirmation: null }).replace(
    '"wager": 1.5',
    '"wager": 2.0',
  );
  const hashed = texts("p1", { wager: "2.0", confidence_score: "None", model_name: "None" });
  const { status, body: answer } = await dendrite.post(path, body, dendrite.headers({ hashed }));
  assertEquals(status, 200, JSON.stringify(answer));
});

type Case = readonly [what: string, options: Partial<DendriteOptions>, status: number, message: string];

Deno.test("a request that is not proved is refused", async (test) => {
  await using dendrite = await Dendrite.start();
  const now = BigInt(dendrite.scene.clock.now()) * 1_000_000n;
  const seconds = (count: number) => now + BigInt(count) * 1_000_000_000n;
  const signature = "bt_header_dendrite_signature";
  const cases: readonly Case[] = [
    ["no signature", { change: { [signature]: undefined } }, 401, "bt_header_dendrite_signature is missing"],
    ["an empty signature", { change: { [signature]: "" } }, 400, "expected 0x and 128 hex digits"],
    ["another signature", { change: { [signature]: `0x${"a".repeat(128)}` } }, 401, "bad signature"],
    [
      "another nonce than was signed",
      { change: { bt_header_dendrite_nonce: String(now + 1n) } },
      401,
      "bad signature",
    ],
    ["another uuid than was signed", { change: { bt_header_dendrite_uuid: "other" } }, 401, "bad signature"],
    ["for another validator", { axon: testKey(9).address }, 401, "for another validator"],
    ["no axon", { change: { bt_header_axon_hotkey: undefined } }, 400, "bt_header_axon_hotkey"],
    ["a stale nonce", { nonce: seconds(-17) }, 401, "the nonce is 17.00 s off"],
    ["a nonce of the future", { nonce: seconds(17) }, 401, "the nonce is -17.00 s off"],
    ["an old nonce with a long timeout", { nonce: seconds(-200), timeout: "1000" }, 401, "allowed 64.00 s"],
    ["a nonce that is no time", { nonce: 10n ** 20n - 1n }, 401, "off the server's clock"],
    ["no nonce", { change: { bt_header_dendrite_nonce: undefined } }, 400, "bt_header_dendrite_nonce"],
    ["a body that is not signed", { hashed: [] }, 401, "computed_body_hash is not that of the fields"],
    [
      "a changed body",
      { hashed: texts("p1", { wager: "3.0" }) },
      401,
      "computed_body_hash is not that of the fields",
    ],
    [
      "another hash than was signed",
      { change: { computed_body_hash: "0".repeat(64) } },
      401,
      "computed_body_hash",
    ],
  ];
  for (const [what, options, status, message] of cases) {
    await test.step(what, async () => {
      const answer = await dendrite.predict("p1", options);
      assertEquals(answer.status, status, messageOf(answer));
      assertStringIncludes(messageOf(answer), message);
      assertEquals(answer.headers.get("bt_header_axon_status_code"), String(status));
    });
  }
  const stranger = await dendrite.predict("p1", {}, testKey(77));
  assertEquals([stranger.status, messageOf(stranger)], [403, "Not authorized: hotkey is not registered"]);
  const { predictions } = await dendrite.scene.server.admin("GET", "/admin/predictions");
  assertEquals(predictions, []);
});

Deno.test("a nonce rises for each endpoint, and a replay is refused", async () => {
  await using dendrite = await Dendrite.start();
  const now = BigInt(dendrite.scene.clock.now()) * 1_000_000n;
  const headers = dendrite.headers({ hashed: texts("p1"), uuid: "a", nonce: now });
  const body = renderSigned({ ...synapse, ...samplePrediction("p1") });
  assertEquals((await dendrite.post(path, body, headers)).status, 200);
  const replay = await dendrite.post(path, body, headers);
  assertEquals(replay.status, 401);
  assertStringIncludes(messageOf(replay), "the nonce is not above the last one of this endpoint");
  assertEquals((await dendrite.predict("p2", { uuid: "a", nonce: now - 1n })).status, 401);
  assertEquals((await dendrite.predict("p2", { uuid: "b", nonce: now - 1n })).status, 200);
  assertEquals((await dendrite.predict("p3", { uuid: "a", nonce: now + 1n })).status, 200);
});

Deno.test("a refused request does not use its nonce up", async () => {
  await using dendrite = await Dendrite.start();
  const nonce = BigInt(dendrite.scene.clock.now()) * 1_000_000n;
  assertEquals((await dendrite.predict("p1", { uuid: "a", nonce, hashed: [] })).status, 401);
  assertEquals((await dendrite.predict("p1", { uuid: "a", nonce })).status, 200);
});

Deno.test("a field that the signature does not cover is refused, unless that is allowed", async () => {
  const body = renderSigned({ ...synapse, ...samplePrediction("p1", { extra: "x" }) });
  {
    await using dendrite = await Dendrite.start();
    const answer = await dendrite.post(path, body, dendrite.headers({ hashed: texts("p1") }));
    assertEquals(answer.status, 401);
    assertStringIncludes(messageOf(answer), "the signature does not cover the field extra");
  }
  await using dendrite = await Dendrite.start({ "axon.unsigned_body": true });
  assertEquals((await dendrite.post(path, body, dendrite.headers())).status, 200);
});

Deno.test("a prediction that breaks a rule, or is malformed, is answered as a dendrite understands it", async () => {
  await using dendrite = await Dendrite.start();
  const unknown = renderSigned({ ...synapse, ...samplePrediction("p1", { game_id: "none" }) });
  const refused = await dendrite.post(
    path,
    unknown,
    dendrite.headers({ hashed: texts("p1", { game_id: "none" }) }),
  );
  assertEquals(refused.status, 422);
  assertStringIncludes(messageOf(refused), "none");
  assertEquals(refused.headers.get("bt_header_axon_status_code"), "422");
  assert("confirmation" in refused.body);
  for (
    const [body, status] of [["{", 400], ["[]", 400], [
      `{"prediction_id": "${"x".repeat(2 ** 21)}"}`,
      400,
    ]] as const
  ) {
    const answer = await dendrite.post(path, body, dendrite.headers({ hashed: texts("p1") }));
    assertEquals(answer.status, status);
    assert(typeof answer.body["message"] === "string");
  }
  const nested = renderSigned({ ...synapse, ...samplePrediction("p1", { model_name: ["a"] }) });
  const answer = await dendrite.post(path, nested, dendrite.headers({ hashed: texts("p1") }));
  assertEquals([answer.status, messageOf(answer)], [
    400,
    "Invalid message format: model_name: expected a text or a number",
  ]);
});

Deno.test("other classes are served where they are named", async () => {
  await using dendrite = await Dendrite.start({
    "axon.prediction_class": "Guess",
    "axon.games_class": "Schedule",
    "axon.hash_fields": "prediction_id,wager",
    "axon.unsigned_body": true,
  });
  const body = renderSigned({ ...synapse, ...samplePrediction("p1") });
  assertEquals((await dendrite.post("/Guess", body, dendrite.headers())).status, 200);
  assertEquals((await dendrite.post(path, body, dendrite.headers())).status, 404);
  assertEquals((await dendrite.post("/Schedule", "{}", dendrite.headers())).status, 200);
});

Deno.test("a dendrite that asks for games gets them, as a list and by their id", async () => {
  await using dendrite = await Dendrite.start();
  await dendrite.scene.addGames([sampleGame("g2")]);
  const body = renderSigned({ ...synapse, name: "GameData", games: null, gamedata_dict: null });
  const { status, body: answer } = await dendrite.post("/GameData", body, dendrite.headers());
  assertEquals(status, 200);
  const games = answer["games"] as { game_id: string }[];
  assertEquals(games.map(({ game_id }) => game_id).sort(), ["g1", "g2"]);
  assertEquals(Object.keys(answer["gamedata_dict"] as object).sort(), ["g1", "g2"]);
  assertEquals(answer["offset"], 2);
  const unsigned = { bt_header_dendrite_signature: undefined };
  assertEquals((await dendrite.post("/GameData", body, dendrite.headers({ change: unsigned }))).status, 401);
});
