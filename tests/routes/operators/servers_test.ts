import { assertEquals, assertRejects } from "@std/assert";
import { systemClock } from "../../../lib/protocol/mod.ts";
import { FaultyEngine } from "../../helpers/faulty_engine.ts";
import { startGateway } from "../../helpers/gateway.ts";
import { postgres, PostgresServer } from "../../helpers/postgres.ts";
import { TemporaryFolder } from "../../helpers/process.ts";
import { testWith } from "../../helpers/programs.ts";
import { until } from "../../helpers/until.ts";

Deno.test("a server is drained from another one of its store, and one that is not there is none", async () => {
  await using folder = await TemporaryFolder.make();
  const store = `${folder.path}/store.db`;
  await using here = await startGateway({ store });
  await using there = await startGateway({ store });
  const id = there.gateway.jobs.instances.self;
  assertEquals(await here.admin("POST", `/admin/instances/${id}/drain`), { id, draining: true });
  assertEquals([here.gateway.status, there.gateway.status], ["online", "draining"]);
  await assertRejects(() => here.admin("POST", "/admin/instances/nobody/drain"), Error, "none of that name");
  const self = here.gateway.jobs.instances.self;
  assertEquals(await here.admin("POST", `/admin/instances/${self}/drain`), { id: self, draining: true });
  await until(() => here.gateway.status === "draining", "the drain");
});

Deno.test("a store in a file says how large it is and what is free, and one in memory does not", async () => {
  await using folder = await TemporaryFolder.make();
  const store = `${folder.path}/store.db`;
  await using kept = await startGateway({ store });
  const { kind, location, bytes, free_bytes, durability, kept_in } = await kept.admin("GET", "/admin/store");
  assertEquals([kind, location, Number(bytes) > 0, Number(free_bytes) > 0], ["file", store, true, true]);
  assertEquals([durability, kept_in], ["memory", "disk"]);
  await using fleeting = await startGateway();
  const said = await fleeting.admin("GET", "/admin/store");
  assertEquals([said["kind"], said["bytes"], said["free_bytes"], said["kept_in"]], [
    "memory",
    null,
    null,
    "memory",
  ]);
});

Deno.test("where a store keeps what is confirmed is null while it cannot be asked", async () => {
  const faulty = FaultyEngine.opener();
  await using server = await startGateway({}, systemClock, faulty.open);
  faulty.engine.durability = () => Promise.reject(new Error("down"));
  assertEquals((await server.admin("GET", "/admin/store"))["kept_in"], null);
});

testWith(
  postgres.missing,
  "a store in a database says how large its tables are, and refuses backups",
  async () => {
    await using database = await PostgresServer.start();
    await using server = await startGateway({ store: database.location(), "store.backups": "backups" });
    const { kind, bytes, free_bytes } = await server.admin("GET", "/admin/store");
    assertEquals([kind, Number(bytes) > 0, free_bytes], ["database", true, null]);
    await assertRejects(() => server.admin("POST", "/admin/backups"), Error, "pg_dump");
  },
);
