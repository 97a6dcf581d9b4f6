import { assertEquals } from "@std/assert";
import { InstanceRepository, openEngine } from "../../lib/engine/mod.ts";
import { Instances } from "../../lib/inscriptions/instances.ts";
import { type Clock, systemClock } from "../../lib/protocol/mod.ts";
import { temporaryFolder } from "../engine/folder.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { startGateway } from "../helpers/gateway.ts";
import { httpRequest, JobScene, noise } from "../helpers/job_scene.ts";
import { postgres, PostgresServer } from "../helpers/postgres.ts";
import { testWith } from "../helpers/programs.ts";

Deno.test("a server whose wall clock is set takes nobody for dead who lives, and notices who does not", async () => {
  const [clock, otherClock] = [new FakeClock(), new FakeClock()];
  using store = await openEngine(":memory:", { clock });
  const join = async (clock: FakeClock) => {
    const instances = new Instances({
      location: ":memory:",
      repository: new InstanceRepository(store),
      clock,
      publicUrl: undefined,
      region: "default",
      activeJobs: () => 0,
    });
    await instances.start();
    return instances;
  };
  const [one, other] = [await join(clock), await join(otherClock)];
  const both = new Set([one.self, other.self]);
  assertEquals(await one.living(), both);
  for (const step of [400_000, -600_000]) {
    clock.setWall(step);
    assertEquals(await one.living(), both);
    for (let beats = 0; beats < 5; beats += 1) {
      await Promise.all([clock.advance(10_000), otherClock.advance(10_000)]);
      assertEquals(await one.living(), both);
    }
  }
  await clock.advance(30_000);
  assertEquals(await one.living(), new Set([one.self]));
  await Promise.all([one.leave(), other.leave()]);
});

Deno.test("clients are told of a server that has died for less than ten seconds, and its jobs are left to it for longer", async () => {
  const [clock, otherClock] = [new FakeClock(), new FakeClock()];
  using store = await openEngine(":memory:", { clock });
  const join = async (clock: FakeClock, publicUrl: string) => {
    const instances = new Instances({
      location: ":memory:",
      repository: new InstanceRepository(store),
      clock,
      publicUrl,
      region: "default",
      activeJobs: () => 0,
    });
    await instances.start();
    return instances;
  };
  const [one, other] = [await join(clock, "http://one"), await join(otherClock, "http://other")];
  const listed = async () => (await one.list(null)).map(({ url }) => url);
  for (let seconds = 0; seconds < 60; seconds += 1) {
    await Promise.all([clock.advance(1000), otherClock.advance(1000)]);
    assertEquals(await listed(), ["ws://one", "ws://other"]);
  }
  // The other one's clock stands still: it says nothing from now on.
  await clock.advance(2000);
  assertEquals(await listed(), ["ws://one", "ws://other"]);
  assertEquals(await one.others(), { heard: [other.self], silent: [] });
  await clock.advance(8000);
  assertEquals(await listed(), ["ws://one"]);
  assertEquals(await one.others(), { heard: [], silent: [other.self] });
  assertEquals(await one.living(), new Set([one.self, other.self]));
  await otherClock.advance(3000);
  assertEquals(await listed(), ["ws://one", "ws://other"]);
  await Promise.all([one.leave(), other.leave()]);
});

testWith(
  postgres.missing,
  "servers on a database go by its clock: one whose own is off by minutes takes no job of one that lives",
  async () => {
    await using database = await PostgresServer.start();
    await using folder = await temporaryFolder();
    const config = {
      store: database.location(),
      validator_key: `${folder.path}/validator.key`,
      "inscriptions.payment_delay": 3600,
    };
    const leases = () => database.sql("select value->>'lease' from s1.store where key like 'open_jobs%'");
    await using scene = await JobScene.start({ ...config, public_url: "http://one.example" });
    await scene.post(httpRequest(noise(100)));
    const before = await leases();
    assertEquals(before.length, 1);
    for (const minutes of [10, -10]) {
      const clock: Clock = { ...systemClock, now: () => systemClock.now() + 60_000 * minutes };
      await using other = await startGateway({ ...config, public_url: "http://other.example" }, clock);
      assertEquals(await leases(), before);
      const { servers } = await (await fetch(`${other.url}/inscriptions/websocket-servers`)).json();
      const urls = servers.map(({ url }: { url: string }) => url);
      assertEquals(urls.toSorted(), ["ws://one.example", "ws://other.example"]);
    }
  },
);
