import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type Engine, type EngineOptions, openEngine } from "../../../lib/engine/mod.ts";
import { postgres, PostgresServer } from "../../helpers/postgres.ts";
import { testWith } from "../../helpers/programs.ts";
import { inTime, until } from "../../helpers/until.ts";

/** Runs a test with a database of its own. */
function testDatabase(
  name: string,
  run: (server: PostgresServer) => Promise<void>,
  settings: Readonly<Record<string, string>> = {},
): void {
  testWith(postgres.missing, name, async () => {
    await using server = await PostgresServer.start(settings);
    await run(server);
  });
}

/** Counts up under a lock. */
function count(engine: Engine, key = "n"): Promise<number> {
  return engine.transact(async (transaction) => {
    const next = (await transaction.get<number>([key]) ?? 0) + 1;
    transaction.set([key], next);
    return next;
  }, { lock: key });
}

/** Counts until it works again, and answers what became of the attempts before. */
async function countAgain(engine: Engine): Promise<void> {
  await until(() => count(engine).then(() => true, () => false), "the database to work again");
}

testDatabase(
  "a store is made once, by whichever server comes first, and a newer one is refused",
  async (server) => {
    const location = server.location();
    const engines = await Promise.all(Array.from({ length: 4 }, () => openEngine(location)));
    for (const engine of engines) engine.close();
    await server.sql("update s1.facts set value = '99' where name = 'version'");
    const { message } = await assertRejects(() => openEngine(location), Error);
    assertStringIncludes(message, "its tables have version 99, this program knows up to 1");
    assertEquals(message.includes("secret"), false);
  },
);

testDatabase("a database that cannot be used is named without its password", async (server) => {
  const { port } = server;
  const refused: Record<string, string> = {
    [`postgres://nobody:s3cret@127.0.0.1:${port}/postgres`]: 'role "nobody" does not exist',
    [`postgres://heliograph:s3cret@127.0.0.1:${port}/none`]: 'database "none" does not exist',
    "postgres://heliograph:s3cret@127.0.0.1:1/postgres": "127.0.0.1:1",
  };
  for (const [location, words] of Object.entries(refused)) {
    const { message } = await assertRejects(() => openEngine(location), Error);
    assertStringIncludes(message, words);
    assertEquals(message.includes("s3cret"), false);
  }
});

testDatabase(
  "a server finds the database again after it was stopped, and says meanwhile that it is gone",
  async (server) => {
    using engine = await openEngine(server.location());
    const stop = new AbortController();
    const heard: unknown[] = [];
    const following = (async () => {
      for await (const news of engine.log.follow(() => true, stop.signal)) {
        if (news !== "anew") heard.push(...news.map(({ data }) => data));
      }
    })();
    assertEquals(await count(engine), 1);
    assertEquals(engine.fault(), undefined);
    await server.stop("SIGQUIT");
    await assertRejects(() => count(engine), Error);
    assertStringIncludes(engine.fault() ?? "", "the database: ");
    await assertRejects(() => engine.get(["n"]), Error);
    await server.resume();
    await countAgain(engine);
    assertEquals(await engine.get(["n"]), 2);
    assertEquals(engine.fault(), undefined);
    using other = await openEngine(server.location("").replace("schema=s2", "schema=s1"));
    await other.transact((transaction) => transaction.append("a", "after"));
    await until(() => heard.length === 1, "what was appended after the outage");
    assertEquals(heard, ["after"]);
    stop.abort();
    await inTime(following, "the end of following");
  },
);

testDatabase(
  "one who stands still in a transaction is put out of it, and the others go on",
  async (server) => {
    const location = server.location();
    using frozen = await openEngine(location);
    using other = await openEngine(location);
    const held = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const stuck = assertRejects(() =>
      frozen.transact(async (transaction) => {
        await transaction.get(["n"]);
        transaction.set(["n"], 100);
        held.resolve();
        await goOn.promise;
      }, { lock: "n" })
    );
    await held.promise;
    assertEquals(await inTime(count(other), "the lock of one who stands still"), 1);
    goOn.resolve();
    await stuck;
    assertEquals(await other.get(["n"]), 1);
    assertEquals(await count(frozen), 2);
  },
);

testDatabase(
  "a transaction whose connection is cut off leaves nothing, not even what it sends later",
  async (server) => {
    using engine = await openEngine(server.location());
    const transact = (cut: boolean) =>
      engine.transact(async (transaction) => {
        await transaction.get(["n"]);
        if (cut) {
          await server.sql(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'heliograph'",
          );
        }
        transaction.set(["n"], 1);
        transaction.delete(["m"]);
        await transaction.append("a", "lost");
      }, { lock: "n" });
    await assertRejects(() => transact(true), Error);
    assertEquals(await engine.get(["n"]), null);
    assertEquals(await engine.log.head("a"), { offset: 0, at: 0 });
    await transact(false);
    assertEquals(await engine.get(["n"]), 1);
  },
);

testDatabase("a database that does not answer is given up", async (server) => {
  using engine = await openEngine(server.location());
  await count(engine);
  const locked = server.sql("begin; lock table s1.store; select pg_sleep(60); commit").catch(() => {});
  await until(
    async () => (await server.sql("select 1 from pg_locks where mode = 'AccessExclusiveLock'")).length > 0,
    "a lock",
  );
  await assertRejects(() => count(engine), Error, "lock timeout");
  await server.sql(
    "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(60)%' and pid <> pg_backend_pid()",
  );
  await locked;
  await countAgain(engine);
});

testDatabase("how much a commit survives is what the database's settings say", async (server) => {
  const durabilities = async (options: EngineOptions = {}) => {
    using engine = await openEngine(server.location(), options);
    const survives = await engine.transact((transaction) => {
      transaction.set(["n"], 1);
      return transaction.durability();
    });
    assertEquals(await engine.durability(), survives);
    return survives;
  };
  const set = async (settings: Record<string, string>) => {
    await server.configure(settings);
    await server.sql("select pg_reload_conf()");
  };
  assertEquals(await durabilities(), "disk");
  await assertRejects(() => durabilities({ durability: "replicated" }), Error, "would be kept in disk");
  await set({ synchronous_commit: "off" });
  await until(async () => await durabilities() === "memory", "the setting");
  await assertRejects(() => durabilities({ durability: "disk" }), Error, "would be kept in memory");
}, { fsync: "on" });

testDatabase("a wait for a standby that was cancelled is no success", async (server) => {
  using engine = await openEngine(server.location());
  await count(engine);
  await server.configure({ synchronous_standby_names: "nobody" });
  await server.sql("select pg_reload_conf()");
  const waiting = "select pid from pg_stat_activity where wait_event = 'SyncRep'";
  const refused = assertRejects(() => count(engine), Error, "nobody knows whether");
  await until(async () => (await server.sql(waiting)).length > 0, "the wait for the standby");
  await server.sql(`select pg_cancel_backend(pid) from (${waiting}) as waiting`);
  await refused;
}, { fsync: "on" });

testDatabase(
  "a database tells how many bytes its tables have, and they grow with what is kept",
  async (server) => {
    using engine = await openEngine(server.location());
    const before = await engine.tableBytes() ?? 0;
    const text = Array.from({ length: 100_000 }, () => crypto.randomUUID()).join("");
    await engine.set(["large"], text);
    const after = await engine.tableBytes() ?? 0;
    assertEquals([before > 0, after - before > 1_000_000], [true, true]);
  },
);
