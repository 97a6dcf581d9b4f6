import { assert, assertEquals } from "@std/assert";
import { type ClientEvent, MinerClient, type MinerOptions } from "../../lib/client/mod.ts";
import { keypairFromSeed, randomSeed } from "../../lib/crypto/mod.ts";
import { noReceipt, type Receipt, receiptHash } from "../../lib/protocol/mod.ts";
import { sampleGame, samplePrediction } from "../helpers/samples.ts";
import { Scene } from "../helpers/scene.ts";

/** A client of a real gateway, which may move to another address. */
class Miner {
  readonly events: ClientEvent[] = [];
  readonly client: MinerClient;
  #scene: Scene;
  #watchers = new Set<() => void>();

  constructor(scene: Scene, options: Partial<MinerOptions> = {}) {
    this.#scene = scene;
    const socketUrl = () => this.#scene.server.ws;
    this.client = new MinerClient({
      url: "ws://gateway.test",
      keypair: scene.key,
      reconnectInterval: 1,
      maxReconnectInterval: 10,
      WebSocket: class extends WebSocket {
        constructor() {
          super(socketUrl());
        }
      },
      fetch: (url, init) => fetch(this.#scene.server.url + url.replace("http://gateway.test", ""), init),
      onEvent: (event) => {
        this.events.push(event);
        for (const watch of this.#watchers) watch();
      },
      ...options,
    });
  }

  moveTo(scene: Scene): void {
    this.#scene = scene;
  }

  of<Type extends ClientEvent["type"]>(type: Type): Extract<ClientEvent, { type: Type }>[] {
    return this.events.filter((event): event is Extract<ClientEvent, { type: Type }> => event.type === type);
  }

  /** Resolves as soon as the events are such that `condition` holds. */
  async until(condition: () => boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const watch = () => condition() && resolve();
    this.#watchers.add(watch);
    watch();
    await promise;
    this.#watchers.delete(watch);
  }

  async submit(from: number, count: number): Promise<void> {
    for (let index = from; index < from + count; index++) {
      await this.client.submit(samplePrediction(`p${index}`));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
  }
}

async function accepted(scene: Scene): Promise<string[]> {
  const { predictions } = await scene.server.admin("GET", "/admin/predictions?limit=1000");
  return (predictions as { prediction_id: string }[]).map(({ prediction_id }) => prediction_id);
}

for (const websocketEnabled of [true, false]) {
  Deno.test(`the gateway and the client agree over ${websocketEnabled ? "WebSocket" : "HTTP"}`, async () => {
    await using scene = await Scene.start();
    await using miner = new Miner(scene, { websocketEnabled });
    await miner.submit(0, 120);
    await miner.client.submit(samplePrediction("refused", { game_id: "unknown" }));
    await miner.client.start();
    await miner.client.idle();
    assertEquals(miner.of("refused").map(({ predictionId }) => predictionId), ["refused"]);
    assertEquals(new Set(miner.of("confirmation").map(({ predictionId }) => predictionId)).size, 120);
    assertEquals((await accepted(scene)).length, 120);
    await miner.until(() => miner.of("games").length > 0);
    await scene.addGames([sampleGame("g2")]);
    await miner.until(() => miner.of("games").length > 1);
    assertEquals(miner.of("games").map(({ snapshot, games }) => [snapshot, games.length]), [[true, 1], [
      false,
      1,
    ]]);
    assertEquals(miner.of("problem"), []);
  });
}

Deno.test("receipts of the gateway form the chain that the protocol promises", async () => {
  await using scene = await Scene.start();
  await using miner = new Miner(scene);
  await miner.client.start();
  await miner.submit(0, 30);
  await miner.client.idle();
  const receipts = miner.of("confirmation").flatMap(({ receipt }) => receipt ?? [])
    .toSorted((a, b) => a.miner_sequence - b.miner_sequence);
  let before: Receipt | undefined;
  for (const receipt of receipts) {
    assertEquals(receipt.previous, before === undefined ? noReceipt : receiptHash(before));
    before = receipt;
  }
  assertEquals(before?.miner_sequence, 30);
});

Deno.test("connections that the operator drops lose and double nothing", async () => {
  await using scene = await Scene.start();
  await using miner = new Miner(scene);
  await miner.client.start();
  for (let round = 0; round < 5; round++) {
    await miner.submit(round * 20, 20);
    const { connections } = await scene.server.admin("GET", "/admin/connections");
    for (const { id } of connections as { id: string }[]) {
      await scene.server.admin("DELETE", `/admin/connections/${id}`).catch(() => {});
    }
  }
  await miner.client.idle();
  assertEquals(miner.of("confirmation").length, 100);
  assertEquals((await accepted(scene)).length, 100);
});

Deno.test("a restart of the gateway loses and doubles nothing", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const overrides = { store: `${folder}/store.db`, validator_key: `${folder}/validator.key` };
    const before = await Scene.start(overrides);
    await using miner = new Miner(before);
    await miner.client.start();
    await miner.submit(0, 40);
    await miner.until(() => miner.of("confirmation").length > 10);
    await before.stop();
    await miner.submit(40, 40);
    await using after = await Scene.start(overrides);
    miner.moveTo(after);
    await miner.client.idle();
    assertEquals(new Set(miner.of("confirmation").map(({ predictionId }) => predictionId)).size, 80);
    assertEquals(miner.of("confirmation").length, 80);
    assertEquals((await accepted(after)).length, 80);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("an unregistered miner is told why, and submits as soon as it is registered", async () => {
  await using scene = await Scene.start();
  const keypair = keypairFromSeed(randomSeed());
  await using miner = new Miner(scene, { keypair });
  await miner.submit(0, 1);
  await miner.client.start();
  await miner.until(() => miner.of("problem").length > 0);
  const [{ code, message } = {}] = miner.of("problem");
  assertEquals(code, "not_authorized");
  assert(message?.startsWith("Not authorized: hotkey is not registered"), message);
  await scene.register(keypair, 7);
  await miner.client.idle();
  assertEquals(miner.of("confirmation").length, 1);
});

Deno.test("a miner with a wrong clock is heard by the gateway at its second attempt", async () => {
  await using scene = await Scene.start();
  const slow = { ...scene.clock, now: () => Date.now() - 3_600_000 };
  await using miner = new Miner(scene, { clock: slow });
  await miner.submit(0, 1);
  await miner.client.start();
  await miner.client.idle();
  assertEquals(miner.of("confirmation").length, 1);
  assertEquals(miner.of("state").map(({ state, delayMs }) => [state, delayMs]), [
    ["connecting", undefined],
    ["waiting", 0],
    ["connecting", undefined],
    ["authenticated", undefined],
  ]);
});
