import { assertEquals, assertMatch } from "@std/assert";
import { FreeSpace } from "../../lib/operations/free_space.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { JobScene } from "../helpers/job_scene.ts";
import { TemporaryFolder } from "../helpers/process.ts";
import { samplePrediction } from "../helpers/samples.ts";
import { Scene } from "../helpers/scene.ts";

const MIB = 2 ** 20;

Deno.test("a disk with little left is a shortage until there is enough again", async () => {
  const clock = new FakeClock();
  let free = 100 * MIB;
  const space = new FreeSpace({
    file: "store.db",
    least: 50 * MIB,
    clock,
    measure: () => Promise.resolve(free),
  });
  await space.start();
  assertEquals(space.shortage, undefined);
  free = 49.5 * MIB;
  await clock.advance(5000);
  assertEquals(space.shortage, "the store's disk has 49MiB free, less than store.min_free (50MiB)");
  free = 50 * MIB;
  await clock.advance(5000);
  assertEquals(space.shortage, undefined);
  space.close();
  assertEquals(clock.pending, 0);
});

Deno.test("what cannot be measured is no shortage, and a store in memory needs no disk", async () => {
  const clock = new FakeClock();
  const measure = () => Promise.reject(new Error("not permitted"));
  const blind = new FreeSpace({ file: "store.db", least: 1, clock, measure });
  await blind.start();
  assertEquals(blind.shortage, undefined);
  blind.close();
  const none = new FreeSpace({ file: undefined, least: 1, clock, measure });
  await none.start();
  assertEquals([none.shortage, clock.pending], [undefined, 0]);
});

const shortage = /the store's disk has \d+MiB free, less than store.min_free \(16384GiB\)$/;

Deno.test("predictions and jobs are refused on a disk with little left, and the server is not ready", async () => {
  await using folder = await TemporaryFolder.make();
  const config = { "store.min_free": 2 ** 44, store: `${folder.path}/store.db` };
  {
    await using scene = await Scene.start(config);
    const { status, body, headers } = await scene.submit(samplePrediction("a"));
    assertEquals([status, headers.get("retry-after")], [503, "60"]);
    assertMatch(String(body["message"]), /^Internal error: /);
    assertMatch(String(body["message"]), shortage);
    const peer = await scene.connect();
    peer.send(scene.sign("prediction", samplePrediction("b")));
    const error = await peer.next();
    assertEquals([error["code"], error["retry_after_ms"]], ["internal_error", 60_000]);
    await peer.close();
    const ready = await scene.call("GET", "/readyz");
    assertEquals(ready.status, 503);
    assertMatch(String(ready.body["reasons"]), shortage);
    assertEquals((await scene.call("GET", "/healthz")).status, 200);
  }
  await using jobs = await JobScene.start({ ...config, store: `${folder.path}/jobs.db` });
  const { status, body } = await jobs.post({});
  assertEquals([status, (body["error"] as { code: string }).code], [503, "store_full"]);
});
