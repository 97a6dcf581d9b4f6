import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type ClientEvent, MemoryOutbox, MinerPool, type PoolOptions } from "../../lib/client/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { FakeValidator } from "../helpers/fake_validator.ts";
import { loopbackWebSocket } from "../helpers/loopback_socket.ts";
import { minerKey, predictionOf } from "./harness.ts";
import { until } from "../helpers/until.ts";

/** A pool and validators `a`, `b`, ..., each under a host of its name. */
class PoolHarness {
  readonly clock = new FakeClock();
  readonly validators: Record<string, FakeValidator>;
  readonly events: ClientEvent[] = [];
  readonly pool: MinerPool;

  constructor(names: string, options: Partial<PoolOptions> = {}) {
    this.validators = Object.fromEntries(
      [...names].map((name, index) => [name, new FakeValidator({ clock: this.clock, seed: 200 + index })]),
    );
    this.pool = new MinerPool({
      validators: [...names].map((name) => ({ url: `ws://${name}.test` })),
      keypair: minerKey,
      clock: this.clock,
      random: () => 0.5,
      WebSocket: loopbackWebSocket((link, url) => {
        const validator = this.of(url);
        return validator.upgrades === "refuse" ? undefined : validator.accept(link);
      }),
      fetch: (url, init) => this.of(url).fetch(url, init),
      onEvent: (event) => this.events.push(event),
      ...options,
    });
  }

  of(url: string): FakeValidator {
    const validator = this.validators[new URL(url).hostname.charAt(0)];
    if (validator === undefined) throw new Error(`No validator for ${url}`);
    return validator;
  }

  /** `a confirmation p1` and the like, sorted. */
  get decisions(): string[] {
    return this.events.flatMap((event) =>
      event.type === "confirmation" || event.type === "refused"
        ? [`${new URL(event.validator).hostname.charAt(0)} ${event.type} ${event.predictionId}`]
        : []
    ).toSorted();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.close();
  }
}

Deno.test("MinerPool.submit() sends a prediction to every validator", async () => {
  await using miner = new PoolHarness("abc");
  miner.of("ws://b").rule = () => "Unknown game";
  await miner.pool.start();
  await miner.pool.submit(predictionOf("p1"));
  await miner.pool.idle();
  assertEquals(miner.decisions, ["a confirmation p1", "b refused p1", "c confirmation p1"]);
});

Deno.test("MinerPool goes on with the others while a validator is down", async () => {
  await using miner = new PoolHarness("ab");
  miner.of("ws://b").upgrades = "refuse";
  miner.of("ws://b").onRequest = () => new Response(null, { status: 502 });
  await miner.pool.start();
  await miner.pool.submit(predictionOf("p1"));
  await until(() => miner.decisions.length === 1);
  assertEquals([miner.decisions, miner.pool.waiting], [["a confirmation p1"], 1]);
  miner.of("ws://b").upgrades = "accept";
  await miner.clock.advance(20_000);
  await miner.pool.idle();
  assertEquals(miner.decisions, ["a confirmation p1", "b confirmation p1"]);
});

Deno.test("MinerPool gives every validator an outbox of its own", async () => {
  const outboxes = new Map<string, MemoryOutbox>();
  await using miner = new PoolHarness("ab", {
    outbox: (validator) => {
      outboxes.set(validator, new MemoryOutbox());
      return outboxes.get(validator) ?? new MemoryOutbox();
    },
  });
  await miner.pool.submit(predictionOf("p1"));
  assertEquals([...outboxes.keys()], ["ws://a.test/ws", "ws://b.test/ws"]);
  for (const outbox of outboxes.values()) assertEquals((await outbox.entries()).length, 1);
});

Deno.test("MinerPool.on() and send() reach every validator", async () => {
  await using miner = new PoolHarness("ab");
  const senders: string[] = [];
  miner.pool.on("weather", ({ sender }) => void senders.push(sender));
  assertEquals(miner.pool.send("hello", {}), 0);
  await miner.pool.start();
  await until(() => miner.pool.clients.every(({ state }) => state === "authenticated"));
  assertEquals(miner.pool.send("hello", {}), 2);
  for (const validator of Object.values(miner.validators)) {
    validator.latestPeer.send(validator.sign("weather", {}));
  }
  await until(() => senders.length === 2);
  assertEquals(new Set(senders).size, 2);
});

Deno.test("MinerPool.events() hands out the events of all until the pool is closed", async () => {
  const miner = new PoolHarness("ab");
  const events = Array.fromAsync(miner.pool.events());
  await miner.pool.start();
  await miner.pool.submit(predictionOf("p1"));
  await miner.pool.idle();
  await miner.pool.close();
  assertEquals((await events).filter(({ type }) => type === "confirmation").length, 2);
  assertEquals(miner.clock.pending, 0);
});

Deno.test("MinerPool refuses to be made with no validator, or with one given twice", () => {
  assertThrows(
    () => new MinerPool({ validators: [], keypair: minerKey }),
    TypeError,
    "no validator is given",
  );
  const twice = [{ url: "a.test:1" }, { url: "ws://a.test:1/ws" }];
  assertThrows(() => new MinerPool({ validators: twice, keypair: minerKey }), TypeError, "given twice");
});

Deno.test("MinerPool.submit() rejects when an outbox cannot keep the prediction", async () => {
  const failing = new MemoryOutbox();
  failing.add = () => Promise.reject(new Error("disk full"));
  await using miner = new PoolHarness("ab", {
    outbox: (validator) => validator.includes("b.test") ? failing : new MemoryOutbox(),
  });
  await assertRejects(() => miner.pool.submit(predictionOf("p1")), Error, "disk full");
});

Deno.test("MinerPool refuses intervals that are not above 0", () => {
  const options = { validators: [{ url: "a.test:1" }], keypair: minerKey, heartbeatInterval: 0 };
  assertThrows(() => new MinerPool(options), RangeError, "heartbeatInterval is 0");
});
