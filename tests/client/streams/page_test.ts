import { assertEquals } from "@std/assert";
import { until } from "../../helpers/until.ts";
import { StreamScene } from "./stream_scene.ts";

Deno.test("a page that is hidden for 5 s has no connection, and one at once when it is seen, with nothing lost", async () => {
  using scene = new StreamScene();
  await scene.connect();
  await scene.publish("peers");
  scene.page.show(false);
  await scene.clock.advance(4900);
  assertEquals(scene.snapshot.state, "connected");
  await scene.clock.advance(100);
  assertEquals([scene.snapshot.state, scene.snapshot.transport, scene.server.open], [
    "paused",
    undefined,
    [],
  ]);
  scene.server.publish("peers");
  await scene.clock.advance(600_000);
  assertEquals([scene.server.sockets.length, scene.clock.pending], [1, 0]);
  scene.server.publish("peers");
  scene.page.show(true);
  await until(() => scene.offsets("peers").at(-1) === 3);
  assertEquals(scene.offsets("peers"), [1, 2, 3]);
});

Deno.test("a page that is hidden for a moment keeps its connection", async () => {
  using scene = new StreamScene();
  await scene.connect();
  scene.page.show(false);
  await scene.clock.advance(4000);
  scene.page.show(true);
  await scene.clock.advance(10_000);
  assertEquals([scene.snapshot.state, scene.server.sockets.length], ["connected", 1]);
});

Deno.test("a page that was opened in the background is paused too", async () => {
  using scene = new StreamScene();
  scene.page.show(false);
  scene.listen("peers");
  await scene.connected();
  await scene.clock.advance(5000);
  assertEquals(scene.snapshot.state, "paused");
});

Deno.test("a paused client stays so when listeners come, and closes when all are gone", async () => {
  using scene = new StreamScene();
  const ends = [scene.listen("peers")];
  await scene.connected();
  scene.page.show(false);
  await scene.clock.advance(5000);
  ends.push(scene.listen("receipts"));
  await scene.clock.advance(5000);
  assertEquals([scene.snapshot.state, scene.server.sockets.length], ["paused", 1]);
  for (const end of ends) end();
  await scene.clock.advance(1000);
  assertEquals(scene.snapshot.state, "closed");
  scene.page.show(true);
  await scene.clock.advance(1000);
  assertEquals(scene.server.sockets.length, 1);
});

Deno.test("with pauseWhenHidden: false a hidden page keeps its connection", async () => {
  using scene = new StreamScene({ pauseWhenHidden: false });
  await scene.connect();
  scene.page.show(false);
  await scene.clock.advance(10_000);
  assertEquals(scene.snapshot.state, "connected");
});

for (const news of ["online again", "seen again"]) {
  Deno.test(`a client that waits tries at once when its page is ${news}`, async () => {
    using scene = new StreamScene();
    scene.server.upgrades = "refuse";
    scene.listen("peers");
    await scene.state("reconnecting");
    scene.server.upgrades = "accept";
    if (news === "online again") scene.page.defaultView.dispatchEvent(new Event("online"));
    else scene.page.show(true);
    await scene.connected();
    await scene.clock.advance(10_000);
    assertEquals(scene.server.sockets.length, 2);
  });
}
