import { assertEquals } from "@std/assert";
import { InstanceRepository, openEngine } from "../../lib/engine/mod.ts";
import { systemClock } from "../../lib/protocol/mod.ts";
import { temporaryFolder } from "../engine/folder.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { FaultyEngine } from "../helpers/faulty_engine.ts";
import { startGateway } from "../helpers/gateway.ts";
import { samplePrediction } from "../helpers/samples.ts";
import { Scene } from "../helpers/scene.ts";
import { inTime, until } from "../helpers/until.ts";

Deno.test("a server that has fallen silent is named at once, and not waited for", async () => {
  await using folder = await temporaryFolder();
  const store = `${folder.path}/store.db`;
  // Time stands still: whoever waited for an answer would wait for ever.
  const clock = new FakeClock();
  {
    using engine = await openEngine(store, { clock });
    const heardAt = clock.now() - 8000;
    const killed = { id: "killed", url: null, region: "default", activeJobs: 0, heardAt };
    await new InstanceRepository(engine).put(killed, 60_000);
  }
  await using server = await startGateway({ store }, clock);
  const { silent } = await inTime(server.admin("GET", "/admin/connections"), "the list");
  assertEquals(silent, ["killed"]);
  const { silent: notAsked } = await inTime(
    server.admin("GET", "/admin/connections?server=1"),
    "the own list",
  );
  assertEquals(notAsked, []);
});

Deno.test("who lists the miners of all servers puts one question to the others", async () => {
  await using folder = await temporaryFolder();
  const store = `${folder.path}/store.db`;
  const faulty = FaultyEngine.opener();
  await using here = await startGateway({ store }, systemClock, faulty.open);
  await using there = await Scene.start({ store });
  const peer = await there.connect();
  await there.submit({ predictions: [samplePrediction("accepted")] });
  const { self } = there.server.gateway.jobs.instances;
  await until(
    async () => (await here.gateway.jobs.instances.others()).heard.includes(self),
    "the other server",
  );
  await until(() => here.gateway.validator.registry.find(there.key.address) !== undefined, "the miner");
  const { miners } = await here.admin("GET", "/admin/miners");
  const [{ connected, accepted } = {}] = miners as { connected?: { server: string }; accepted?: number }[];
  assertEquals([connected?.server, accepted], [self, 1]);
  const said = await faulty.engine.log.kept("questions");
  assertEquals(said.flatMap(({ data }) => (data as { about?: string }).about ?? []), ["miners"]);
  await peer.close();
});
