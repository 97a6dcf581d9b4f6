import { assertEquals } from "@std/assert";
import { verifySignature } from "../../lib/crypto/mod.ts";
import { parseMessage, readEnvelope } from "../../lib/protocol/mod.ts";
import { startGateway } from "../helpers/gateway.ts";
import { Peer, signMessage, testKey } from "../helpers/peer.ts";
import { sampleGame, samplePrediction } from "../helpers/samples.ts";

Deno.test("a signed prediction gets a confirmation that the validator signed", async () => {
  await using server = await startGateway();
  const key = testKey(1);
  await server.admin("PUT", `/admin/miners/${key.address}`, { uid: 7 });
  await server.admin("POST", "/admin/games", { games: [sampleGame()] });
  const { peer } = await Peer.authenticated(server.ws, key);
  peer.send(signMessage(key, "prediction", samplePrediction("p1")));
  const confirmation = await peer.next(({ type }) => type === "confirmation");
  const data = confirmation["data"] as Record<string, unknown>;
  assertEquals(data["status"], "success");
  assertEquals((data["receipt"] as Record<string, unknown>)["sequence"], 1);
  const { signer, signature, signedText } = readEnvelope(parseMessage(JSON.stringify(confirmation)));
  assertEquals(signer, server.gateway.validator.address);
  assertEquals(verifySignature(signedText, signature, signer), true);
  await peer.close();
});
