import { assert, assertEquals } from "@std/assert";
import { CryptoPool } from "../../lib/crypto/mod.ts";
import { FaultyEngine } from "../helpers/faulty_engine.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { JobScene } from "../helpers/job_scene.ts";
import { Scene } from "../helpers/scene.ts";
import { until } from "../helpers/until.ts";

/** The status and the reasons; readiness never calls online what it sends nobody to. */
async function ask(scene: Scene, path: string): Promise<[number, unknown]> {
  const { status, body } = await scene.call("GET", path);
  if (path === "/readyz") assertEquals(body["status"] === "online", status === 200);
  return [status, body["reasons"]];
}

/** Resolves once all of it works, its workers included, which start in their own time. */
async function working(scene: Scene): Promise<void> {
  assertEquals(await ask(scene, "/readyz"), [200, []]);
}

/** Asks while the clock goes on, since whoever asks waits a little for an answer that does not come. */
async function askOn(scene: Scene, clock: FakeClock, path: string): Promise<[number, unknown]> {
  let answer: [number, unknown] | undefined;
  const asking = ask(scene, path).then((given) => answer = given);
  await until(() => answer !== undefined, "the answer", () => clock.advance(100));
  return await asking;
}

Deno.test("a gateway that works is ready and well, and asking often costs no more than asking once", async () => {
  const clock = new FakeClock();
  const faulty = FaultyEngine.opener();
  await using scene = await Scene.start({}, clock, faulty.open);
  let probes = 0;
  {
    using _counted = faulty.engine.interfere((write, what) => {
      if (what === "probe") probes += 1;
      return write();
    });
    const { looks } = faulty.engine;
    for (let index = 0; index < 10; index += 1) {
      assertEquals(await ask(scene, "/readyz"), [200, []]);
      assertEquals(await ask(scene, "/healthz"), [200, []]);
    }
    assertEquals([probes, faulty.engine.looks - looks], [1, 10]);
    await clock.advance(1000);
    assertEquals(await ask(scene, "/readyz"), [200, []]);
    assertEquals(probes, 2);
  }
});

Deno.test("a store that refuses commits makes the gateway not ready before anybody submits, and is no reason to restart", async () => {
  const clock = new FakeClock();
  const faulty = FaultyEngine.opener();
  await using scene = await Scene.start({}, clock, faulty.open);
  {
    using _full = faulty.engine.refuse();
    assertEquals(await ask(scene, "/readyz"), [503, ["the store cannot commit"]]);
    await clock.advance(120_000);
    assertEquals(await ask(scene, "/healthz"), [200, []]);
    assertEquals((await scene.call("GET", "/ws/health")).body["status"], "offline");
  }
  assertEquals(await ask(scene, "/readyz"), [200, []]);
});

Deno.test("a store that never answers makes the gateway not ready, and after a minute asks for a restart", async () => {
  const clock = new FakeClock();
  const faulty = FaultyEngine.opener();
  await using scene = await Scene.start({}, clock, faulty.open);
  const answer = Promise.withResolvers<void>();
  await working(scene);
  {
    using _hanging = faulty.engine.interfere((write) => answer.promise.then(write));
    assertEquals(await askOn(scene, clock, "/healthz"), [200, []]);
    await clock.advance(2000);
    assertEquals(await askOn(scene, clock, "/readyz"), [503, ["the store cannot commit"]]);
    assertEquals(await askOn(scene, clock, "/healthz"), [200, []]);
    await clock.advance(58_000);
    const reasons = ["the store has not answered for a minute"];
    assertEquals(await askOn(scene, clock, "/healthz"), [503, reasons]);
  }
  answer.resolve();
  // What was held up is done soon.
  for (let left = 100; left > 0 && (await ask(scene, "/healthz"))[0] !== 200; left -= 1);
  assertEquals(await ask(scene, "/healthz"), [200, []]);
  assertEquals(await ask(scene, "/readyz"), [200, []]);
});

Deno.test("within five seconds of a store that hangs whoever asks is told, however often and late it asked before", async () => {
  for (const period of [1000, 10_000]) {
    const clock = new FakeClock();
    const faulty = FaultyEngine.opener();
    await using scene = await Scene.start({}, clock, faulty.open);
    const answer = Promise.withResolvers<void>();
    try {
      await working(scene);
      faulty.engine.interfere((write) => answer.promise.then(write));
      await clock.advance(period);
      const asked = clock.elapsed();
      assertEquals(await askOn(scene, clock, "/readyz"), [503, ["the store cannot commit"]]);
      assert(clock.elapsed() - asked <= 2500, `told after ${clock.elapsed() - asked} ms`);
    } finally {
      answer.resolve();
    }
  }
});

Deno.test("crypto workers that do not work make the gateway not ready, and after a minute ask for a restart", async () => {
  const clock = new FakeClock();
  await using scene = await Scene.start({}, clock);
  const { sign } = CryptoPool.prototype;
  try {
    CryptoPool.prototype.sign = () => Promise.reject(new Error("a worker died"));
    assertEquals(await ask(scene, "/readyz"), [503, ["the crypto workers do not answer"]]);
    await clock.advance(60_000);
    const reasons = ["the crypto workers have not answered for a minute"];
    assertEquals(await ask(scene, "/healthz"), [503, reasons]);
  } finally {
    CryptoPool.prototype.sign = sign;
  }
  assertEquals(await ask(scene, "/healthz"), [200, []]);
});

Deno.test("Socket.IO sessions count among the connections when they are WebSockets, and beside them when they poll", async () => {
  await using scene = await JobScene.start();
  using _one = await scene.connect({ transports: ["websocket"] });
  using _two = await scene.connect({ transports: ["polling"] });
  const health = await (await fetch(`${scene.server.url}/ws/health`)).json();
  assertEquals([health.connections, health.families.jobs, health.families.polling], [1, 1, 1]);
  assert(health.status === "online");
});
