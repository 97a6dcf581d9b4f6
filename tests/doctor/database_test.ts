import { assertEquals, assertMatch } from "@std/assert";
import { postgres, PostgresServer } from "../helpers/postgres.ts";
import { testWith } from "../helpers/programs.ts";
import { until } from "../helpers/until.ts";
import { examine } from "./examine.ts";

/** What is found of a database, beside that no server runs. */
async function look(store: string, durability = "memory") {
  const env = { HELIOGRAPH_STORE: store, HELIOGRAPH_STORE_DURABILITY: durability };
  const { ids, check } = await examine(["--local"], { env });
  return { ids: ids.filter((id) => id.startsWith("database-")), check: check("database") };
}

testWith(
  postgres.missing,
  "doctor --local says what the settings of the store's database make a confirmation worth",
  async () => {
    await using database = await PostgresServer.start({ fsync: "on" });
    const store = database.location();
    const found = async (settings: Record<string, string>, durability?: string) => {
      await database.configure(settings);
      await database.sql("select pg_reload_conf()");
      const [name, value] = Object.entries(settings)[0] ?? [];
      const shown = async () => (await database.sql(`show ${name}`))[0] ?? "";
      await until(async () => await shown() === value, "the setting");
      return (await look(store, durability)).ids;
    };
    const sound = await look(store);
    assertEquals([sound.ids, sound.check.status], [["database-no-standby"], "note"]);
    assertMatch(sound.check.summary, /^PostgreSQL \d+\.\d+.*; what is confirmed is on the database's disk$/);
    assertEquals((await look(store, "replicated")).ids, [
      "database-no-standby",
      "database-not-enough",
    ]);
    assertEquals(await found({ synchronous_commit: "off" }), [
      "database-asynchronous",
      "database-no-standby",
    ]);
    assertEquals(await found({ fsync: "off" }), [
      "database-no-fsync",
      "database-asynchronous",
      "database-no-standby",
    ]);
    await found({ fsync: "on" });
    await found({ synchronous_commit: "local" });
    assertEquals(await found({ synchronous_standby_names: "second" }), ["database-standby-unheeded"]);
    assertEquals(await found({ synchronous_commit: "on" }, "replicated"), [
      "database-standby-away",
    ]);
    await using _standby = await database.standby("second");
    const connected = "select 1 from pg_stat_replication";
    await until(async () => (await database.sql(connected)).length > 0, "the standby to be connected");
    const replicated = await look(store, "replicated");
    assertEquals([replicated.ids, replicated.check.status], [[], "ok"]);
    assertMatch(replicated.check.summary, /on the disks of the database and of a standby$/);
  },
);

Deno.test("doctor --local names a database that it cannot reach, without the password", async () => {
  const { ids, check } = await look("postgres://heliograph:s3cret@127.0.0.1:1/heliograph");
  assertEquals(ids, ["database-unreachable"]);
  assertMatch(check.summary, /127\.0\.0\.1:1/);
  assertEquals(check.summary.includes("s3cret"), false);
  assertEquals((await look("data/heliograph.db")).check.summary, "the store is no database");
});
