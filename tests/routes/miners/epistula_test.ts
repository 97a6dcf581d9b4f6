import { createHash } from "node:crypto";
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Keypair } from "../../../lib/crypto/mod.ts";
import { renderSigned } from "../../../lib/protocol/mod.ts";
import { temporaryFolder } from "../../engine/folder.ts";
import { dendriteHeaders } from "../../helpers/dendrite.ts";
import { FakeClock } from "../../helpers/fake_clock.ts";
import { freshNonce, testKey } from "../../helpers/peer.ts";
import { samplePrediction } from "../../helpers/samples.ts";
import { type Answer, Scene } from "../../helpers/scene.ts";

interface Options {
  readonly body?: string;
  readonly key?: Keypair;
  readonly uuid?: string;
  /** Milliseconds from now. */
  readonly skew?: number;
  readonly signedFor?: string;
  readonly change?: Record<string, string | undefined>;
}

const predictions = "/api/v1/predictions";

function headersOf(scene: Scene, options: Options = {}): Record<string, string> {
  const { body = "", key = scene.key, uuid = freshNonce(), skew = 0 } = options;
  const { signedFor = scene.server.gateway.validator.address } = options;
  const time = String(scene.clock.now() + skew);
  const hash = createHash("sha256").update(body).digest("hex");
  const headers = {
    "Epistula-Version": "2",
    "Epistula-Timestamp": time,
    "Epistula-Uuid": uuid,
    "Epistula-Signed-By": key.address,
    "Epistula-Signed-For": signedFor,
    "Epistula-Request-Signature": `0x${key.sign(`${hash}.${uuid}.${time}.${signedFor}`)}`,
    "Epistula-Secret-Signature-0": "0x00",
    ...options.change,
  };
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >;
}

async function post(scene: Scene, body: string, options: Options = {}): Promise<Answer> {
  return await scene.call("POST", predictions, { body, headers: headersOf(scene, { body, ...options }) });
}

function errorOf({ body }: Answer): string {
  return String((body["error"] as Record<string, unknown>)["message"]);
}

Deno.test("Epistula signs a bare prediction, and a batch of them", async () => {
  await using scene = await Scene.start({}, new FakeClock());
  const one = await post(scene, renderSigned(samplePrediction("p1")));
  assertEquals(one.status, 200, JSON.stringify(one.body));
  assertEquals((one.body["data"] as Record<string, unknown>)["prediction_id"], "p1");
  const batch = await post(
    scene,
    renderSigned({ predictions: [samplePrediction("p2"), samplePrediction("p3")] }),
  );
  assertEquals((batch.body["confirmations"] as unknown[]).length, 2);
  const again = (await scene.submit(samplePrediction("p1"))).body["data"] as Record<string, unknown>;
  assertEquals(again["duplicate"], true);
});

Deno.test("a request whose Epistula headers do not prove it is refused", async (test) => {
  await using scene = await Scene.start({}, new FakeClock());
  const body = renderSigned(samplePrediction("p1"));
  const cases: readonly (readonly [string, Options, number, string])[] = [
    ["another body", { body: "{}" }, 401, "bad signature"],
    ["another version", { change: { "Epistula-Version": "1" } }, 400, "epistula-version: expected 2"],
    ["for another", { signedFor: testKey(9).address }, 401, "for another validator"],
    ["for nobody", { signedFor: "" }, 401, "Epistula-Signed-For is missing"],
    [
      "without whom it is for",
      { change: { "Epistula-Signed-For": undefined } },
      401,
      "Epistula-Signed-For is missing",
    ],
    ["stale", { skew: -8001 }, 401, "8 s off"],
    ["of the future", { skew: 8001 }, 401, "8 s off"],
    [
      "no signature",
      { change: { "Epistula-Request-Signature": undefined } },
      400,
      "epistula-request-signature",
    ],
    ["another uuid", { change: { "Epistula-Uuid": "other" } }, 401, "bad signature"],
    ["a stranger", { key: testKey(77) }, 403, "not registered"],
    ["another signer", { change: { "Epistula-Signed-By": testKey(77).address } }, 403, "not registered"],
  ];
  for (const [what, options, status, message] of cases) {
    await test.step(what, async () => {
      const headers = headersOf(scene, { body, ...options });
      const answer = await scene.call("POST", predictions, { body, headers });
      assertEquals(answer.status, status, JSON.stringify(answer.body));
      assertStringIncludes(errorOf(answer), message);
    });
  }
  const { predictions: accepted } = await scene.server.admin("GET", "/admin/predictions");
  assertEquals(accepted, []);
});

Deno.test("an Epistula request counts once", async () => {
  await using scene = await Scene.start({}, new FakeClock());
  const body = renderSigned(samplePrediction("p1"));
  assertEquals((await post(scene, body, { uuid: "u1" })).status, 200);
  const replay = await post(scene, body, { uuid: "u1" });
  assertEquals([replay.status, errorOf(replay)], [409, "Not authorized: nonce was used before"]);
  assertEquals((await post(scene, body, { uuid: "u2" })).status, 200);
});

Deno.test("Epistula reads games and a miner's own confirmations", async () => {
  await using scene = await Scene.start({}, new FakeClock());
  await scene.submit(samplePrediction("p1"));
  const games = await scene.call("GET", "/api/v1/games", { headers: headersOf(scene) });
  assertEquals((games.body["games"] as unknown[]).length, 1);
  const forged = headersOf(scene, { change: { "Epistula-Uuid": "other" } });
  assertEquals((await scene.call("GET", "/api/v1/games", { headers: forged })).status, 401);
  const own = `/api/v1/confirmations?hotkey=${scene.key.address}&since=0`;
  const { body } = await scene.call("GET", own, { headers: headersOf(scene) });
  assertEquals((body["confirmations"] as unknown[]).length, 1);
  await scene.register(testKey(8), 8);
  const others = await scene.call("GET", own, { headers: headersOf(scene, { key: testKey(8) }) });
  assertEquals(others.status, 400);
});

Deno.test("neither an Epistula read nor a dendrite's counts again at another server of the store, or after a restart", async () => {
  await using folder = await temporaryFolder();
  const overrides = { store: `${folder.path}/store.db`, validator_key: `${folder.path}/validator.key` };
  await using first = await Scene.start(overrides);
  const own = `/api/v1/confirmations?hotkey=${first.key.address}&since=0`;
  const requests = [own, "/api/v1/games"].map((path) => [path, headersOf(first)] as const);
  const axon = first.server.gateway.validator.address;
  const synapse = dendriteHeaders(first.key, { axon, now: Date.now() });
  const statuses = async (scene: Scene) => {
    const reads = await Promise.all(requests.map(([path, headers]) => scene.call("GET", path, { headers })));
    const asked = await scene.call("POST", "/GameData", { headers: synapse, body: "{}" });
    return [...reads, asked].map(({ status }) => status);
  };
  assertEquals(await statuses(first), [200, 200, 200]);
  {
    await using second = await Scene.start(overrides);
    assertEquals(await statuses(second), [409, 409, 401]);
  }
  await first.stop();
  await using third = await Scene.start(overrides);
  assertEquals(await statuses(third), [409, 409, 401]);
});
