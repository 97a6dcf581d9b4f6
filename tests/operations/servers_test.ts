import { assertEquals } from "@std/assert";
import { InstanceRepository, openEngine } from "../../lib/engine/mod.ts";
import { temporaryFolder } from "../engine/folder.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { startGateway } from "../helpers/gateway.ts";
import { inTime } from "../helpers/until.ts";

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
