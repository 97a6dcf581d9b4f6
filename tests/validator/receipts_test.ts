import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { parseMessage, renderSigned } from "../../lib/protocol/mod.ts";
import { type Frame, freshNonce, testKey } from "../helpers/peer.ts";
import { samplePrediction } from "../helpers/samples.ts";
import { dataOf, Scene } from "../helpers/scene.ts";
import { attachSignature } from "../../lib/protocol/mod.ts";

interface Receipt {
  readonly sequence: number;
  readonly hash: string;
  readonly previous: string;
  readonly miner_sequence: number;
}

/** SHA-256 as the platform computes it, not as the server does. */
async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Written out here, so that the server's own rendering is not held against itself. */
function receiptText({ hash, miner_sequence, previous, sequence }: Receipt): string {
  return `{"hash": "${hash}", "miner_sequence": ${miner_sequence}, "previous": "${previous}", "sequence": ${sequence}}`;
}

function receiptOf(frame: Frame | undefined): Receipt {
  return dataOf(frame)["receipt"] as Receipt;
}

Deno.test("a miner's receipts form a chain that anybody can recompute, over both transports and batches", async () => {
  await using scene = await Scene.start();
  const peer = await scene.connect();
  const receipts: Receipt[] = [];
  for (const round of [1, 2, 3]) {
    peer.send(scene.sign("prediction", samplePrediction(`ws${round}`)));
    receipts.push(receiptOf(await peer.next(({ type }) => type === "confirmation")));
    receipts.push(receiptOf((await scene.submit(samplePrediction(`http${round}`))).body as unknown as Frame));
    const batch = ["x", "y", "z"].map((name) => samplePrediction(`${name}${round}`));
    const { body } = await scene.submit({ predictions: batch });
    receipts.push(...(body["confirmations"] as Frame[]).map(receiptOf));
    for (let index = 0; index < 4; index += 1) await peer.next(({ type }) => type === "confirmation");
  }
  let previous = "0".repeat(64);
  for (const [index, receipt] of receipts.entries()) {
    assertEquals(receipt.miner_sequence, index + 1);
    assertEquals(receipt.sequence, index + 1);
    assertEquals(receipt.previous, previous);
    previous = await sha256(receiptText(receipt));
  }
  await peer.close();
});

Deno.test("the sequence counts all miners' predictions without a gap, the miner's own sequence each one's", async () => {
  await using scene = await Scene.start();
  const keys = [1, 2, 3, 4].map(testKey);
  await Promise.all(keys.map((key, uid) => scene.register(key, uid)));
  const submitted = await Promise.all(
    Array.from({ length: 40 }, (_, index) => {
      const uid = index % 4;
      // Every fifth is refused, and must not leave a gap.
      const wager = index % 5 === 0 ? 0 : 1;
      const prediction = samplePrediction(`p${index}`, { miner_uid: uid, wager });
      return scene.submit(prediction, keys[uid] ?? scene.key);
    }),
  );
  const receipts = submitted.filter(({ status }) => status === 200).map(({ body }) =>
    receiptOf(body as Frame)
  );
  assertEquals(receipts.length, 32);
  assertEquals(
    receipts.map(({ sequence }) => sequence).sort((a, b) => a - b),
    Array.from({ length: 32 }, (_, index) => index + 1),
  );
  const listed = await scene.server.admin("GET", "/admin/predictions?limit=1000");
  const chains = new Map<string, Receipt[]>();
  for (const { hotkey, receipt } of listed["predictions"] as { hotkey: string; receipt: Receipt }[]) {
    chains.set(hotkey, [...chains.get(hotkey) ?? [], receipt]);
  }
  for (const chain of chains.values()) {
    assertEquals(chain.map(({ miner_sequence }) => miner_sequence), [1, 2, 3, 4, 5, 6, 7, 8]);
    for (const [index, { previous }] of chain.entries()) {
      const before = chain[index - 1];
      assertEquals(previous, before === undefined ? "0".repeat(64) : await sha256(receiptText(before)));
    }
  }
});

/** A prediction as a Python miner may write it: spaces, order, escapes, floats, unknown fields. */
const odd = `{"wager":1.50, "prediction_id" : "caf\\u00e9 \\ud83d\\ude00 \\/ é","game_id":"g1","miner_uid":7,
  "prediction_date":"2026-11-21T08:00:00+00:00","predicted_outcome":0.0,"predicted_odds":21e-1,"team_a":"Arsenal",
  "team_b":"Chelsea","team_a_odds":2.10,"team_b_odds":3.4,"tie_odds":3.25,"outcome":"Unfinished","payout":1E2,
  "model":{"z":[1,1.0,-0,-0.0,1e16,1e-7,123456789012345678901234567890],"a":{"__proto__":{"x":null}},"Ä":"\\u007f\\n"},
  "__proto__": {"polluted": true}, "constructor": "c"}`;
const oddText = `{"__proto__": {"polluted": true}, "constructor": "c", "game_id": "g1", "miner_uid": 7, ` +
  `"model": {"a": {"__proto__": {"x": null}}, ` +
  `"z": [1, 1.0, 0, -0.0, 1e+16, 1e-07, 123456789012345678901234567890], "\\u00c4": "\\u007f\\n"}, ` +
  `"outcome": "Unfinished", "payout": 100.0, "predicted_odds": 2.1, "predicted_outcome": 0.0, ` +
  `"prediction_date": "2026-11-21T08:00:00+00:00", "prediction_id": "caf\\u00e9 \\ud83d\\ude00 / \\u00e9", ` +
  `"team_a": "Arsenal", "team_a_odds": 2.1, "team_b": "Chelsea", "team_b_odds": 3.4, "tie_odds": 3.25, "wager": 1.5}`;

Deno.test("the hash is that of the prediction as signed text, and unknown fields are kept byte for byte", async () => {
  await using scene = await Scene.start();
  const alone = attachOwn(scene, odd);
  const answer = await scene.post("/api/v1/predictions", alone);
  const receipt = receiptOf(answer.body as Frame);
  assertEquals(receipt.hash, await sha256(oddText));
  const response = await fetch(`${scene.server.url}/admin/predictions`, {
    headers: { authorization: "Bearer an-admin-token-for-tests", accept: "application/x-ndjson" },
  });
  const line = await response.text();
  assert(line.includes(`"prediction": ${oddText}, "prediction_id":`), line);
  assertEquals(({} as Record<string, unknown>)["polluted"], undefined);
  // The same object within a batch is the same prediction.
  const again = await scene.post("/api/v1/predictions", attachOwn(scene, `{"predictions":[${odd}]}`));
  const [repeated] = again.body["confirmations"] as Frame[];
  assertEquals(receiptOf(repeated), receipt);
  assertEquals(dataOf(repeated)["duplicate"], true);
  assertEquals(dataOf(repeated)["prediction_id"], "café 😀 / é");
});

Deno.test("1 and 1.0 are different contents", async () => {
  await using scene = await Scene.start();
  const render = (wager: string) => renderSigned(samplePrediction("p", { wager: 99 })).replace("99", wager);
  const integer = await scene.post("/api/v1/predictions", attachOwn(scene, render("1")));
  const float = await scene.post("/api/v1/predictions", attachOwn(scene, render("1.0")));
  assertEquals([integer.status, float.status], [200, 409]);
  assertNotEquals(receiptOf(integer.body as Frame).hash, undefined);
});

/** Signs a message whose data is written as it is, not in canonical form. */
function attachOwn(scene: Scene, data: string): string {
  const head = `{"data": ${data}, "nonce": "${freshNonce()}", "sender": "${scene.key.address}", ` +
    `"timestamp": "${new Date().toISOString()}", "type": "prediction"}`;
  return attachSignature(head, scene.key.sign(renderSigned(parseMessage(head))));
}
