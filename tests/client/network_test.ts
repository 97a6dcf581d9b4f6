import { assertEquals } from "@std/assert";
import { type ClientEvent, MinerClient, type MinerOptions } from "../../lib/client/mod.ts";
import { FakeValidator } from "../helpers/fake_validator.ts";
import { minerKey, predictionOf } from "./harness.ts";

async function submitted(url: string, options: Partial<MinerOptions>): Promise<ClientEvent[]> {
  const events: ClientEvent[] = [];
  const onEvent = (event: ClientEvent) => events.push(event);
  await using client = new MinerClient({ url, keypair: minerKey, onEvent, ...options });
  await client.start();
  await client.submit(predictionOf("p1"));
  await client.idle();
  return events;
}

for (const websocketEnabled of [true, false]) {
  Deno.test(`a prediction crosses a real network by ${websocketEnabled ? "WebSocket" : "HTTP"}`, async () => {
    const validator = new FakeValidator();
    await using server = validator.listen();
    const events = await submitted(server.url, { websocketEnabled });
    assertEquals(events.filter(({ type }) => type === "confirmation").length, 1);
    assertEquals(validator.messages.map(({ via }) => via), [websocketEnabled ? "ws" : "http"]);
    assertEquals(validator.faults, []);
  });
}

Deno.test("a prediction crosses a real network by HTTP where upgrades are refused", async () => {
  const validator = new FakeValidator();
  validator.upgrades = "refuse";
  await using server = validator.listen();
  const events = await submitted(server.url, { reconnectInterval: 1, maxReconnectInterval: 2 });
  assertEquals(events.filter(({ type }) => type === "confirmation").length, 1);
  assertEquals(validator.messages.map(({ via }) => via), ["http"]);
});

Deno.test("a prediction crosses a real network that breaks in between", async () => {
  const validator = new FakeValidator();
  let broken = false;
  validator.onMessage = () => {
    if (broken) return "decide";
    broken = true;
    validator.latestPeer.close(1011, "");
    return "ignore";
  };
  await using server = validator.listen();
  const events = await submitted(server.url, { reconnectInterval: 1, maxReconnectInterval: 2 });
  assertEquals(events.filter(({ type }) => type === "confirmation").length, 1);
  assertEquals(validator.faults, []);
});
