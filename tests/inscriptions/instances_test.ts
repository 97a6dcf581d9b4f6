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
import { until } from "../helpers/until.ts";

/** Moves clocks on, and waits for what servers have to say then: a timer waits again on each when it is said. */
async function pass(milliseconds: number, ...clocks: FakeClock[]): Promise<void> {
  await Promise.all(clocks.map((clock) => clock.advance(milliseconds)));
  await until(() => clocks.every(({ pending }) => pending === 1), "what servers say of themselves");
}

/** A server by a clock of its own. */
async function join(
  repository: InstanceRepository,
  clock: FakeClock,
  publicUrl?: string,
): Promise<Instances> {
  const instances = new Instances({
    location: ":memory:",
    repository,
    clock,
    publicUrl,
    region: "default",
    activeJobs: () => 0,
  });
  await instances.start();
  return instances;
}

Deno.test("a server whose wall clock is set takes nobody for dead who lives, and notices who does not", async () => {
  const [clock, otherClock] = [new FakeClock(), new FakeClock()];
  using store = await openEngine(":memory:", { clock });
  const repository = new InstanceRepository(store);
  const [one, other] = [await join(repository, clock), await join(repository, otherClock)];
  const both = new Set([one.self, other.self]);
  assertEquals(await one.living(), both);
  for (const step of [400_000, -600_000]) {
    clock.setWall(step);
    assertEquals(await one.living(), both);
    for (let beats = 0; beats < 5; beats += 1) {
      await pass(10_000, clock, otherClock);
      assertEquals(await one.living(), both);
    }
  }
  await pass(30_000, clock);
  assertEquals(await one.living(), new Set([one.self]));
  await Promise.all([one.leave(), other.leave()]);
});

Deno.test("a server writes less often that it lives while it is alone, and as often as others once there is one", async () => {
  const [clock, otherClock] = [new FakeClock(), new FakeClock()];
  using store = await openEngine(":memory:", { clock });
  const repository = new InstanceRepository(store);
  const one = await join(repository, clock);
  const said = async () => (await repository.list()).find(({ id }) => id === one.self)?.heardAt;
  /** How often it says within a minute that it lives. */
  const words = async (...clocks: FakeClock[]) => {
    let [last, count] = [await said(), 0];
    for (let half = 0; half < 120; half += 1) {
      await pass(500, ...clocks);
      const now = await said();
      if (now !== last) count += 1;
      last = now;
    }
    return count;
  };
  assertEquals(await words(clock), 12);
  // Just before it says so again it is known to one that joins it all the same.
  for (let half = 0; half < 9; half += 1) await pass(500, clock);
  const other = await join(repository, otherClock);
  assertEquals((await other.others()).heard, [one.self]);
  for (let half = 0; half < 11; half += 1) await pass(500, clock, otherClock);
  assertEquals(await words(clock, otherClock), 24);
  await other.leave();
  assertEquals(await words(clock), 12);
  await one.leave();
});

Deno.test("clients are told of a server that has died for less than ten seconds, and its jobs are left to it for longer", async () => {
  const [clock, otherClock] = [new FakeClock(), new FakeClock()];
  using store = await openEngine(":memory:", { clock });
  const repository = new InstanceRepository(store);
  const [one, other] = [
    await join(repository, clock, "http://one"),
    await join(repository, otherClock, "http://other"),
  ];
  const listed = async () => (await one.list(null)).map(({ url }) => url);
  for (let seconds = 0; seconds < 60; seconds += 1) {
    await pass(1000, clock, otherClock);
    assertEquals(await listed(), ["ws://one", "ws://other"]);
  }
  // The other one's clock stands still: it says nothing from now on.
  await pass(2000, clock);
  assertEquals(await listed(), ["ws://one", "ws://other"]);
  assertEquals(await one.others(), { heard: [other.self], silent: [] });
  await pass(8000, clock);
  assertEquals(await listed(), ["ws://one"]);
  assertEquals(await one.others(), { heard: [], silent: [other.self] });
  assertEquals(await one.living(), new Set([one.self, other.self]));
  await pass(3000, otherClock);
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
      await until(async () => {
        const { servers } = await (await fetch(`${other.url}/inscriptions/websocket-servers`)).json();
        const urls = servers.map(({ url }: { url: string }) => url);
        return `${urls.toSorted()}` === "ws://one.example,ws://other.example";
      }, "both in the list");
    }
  },
);
