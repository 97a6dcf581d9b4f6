import { assertEquals, assertRejects } from "@std/assert";
import { type Engine, openEngine } from "../../../lib/engine/mod.ts";
import { postgres, PostgresServer } from "../../helpers/postgres.ts";
import { testWith } from "../../helpers/programs.ts";
import { inTime, until } from "../../helpers/until.ts";

/** Sets a value, and tells of it on a channel. */
async function keep(engine: Engine, value: number): Promise<void> {
  await engine.transact(async (transaction) => {
    transaction.set(["n", 0], value);
    await transaction.append("a", value);
  }, { lock: "n" });
}

/** Every way to read, and what it has to answer. */
const ways: Readonly<Record<string, (engine: Engine) => Promise<unknown>>> = {
  get: (engine) => engine.get(["n", 0]),
  list: async (engine) => (await Array.fromAsync(engine.list({ prefix: ["n"] })))[0]?.value,
  "a transaction that only reads": (engine) => engine.transact((transaction) => transaction.get(["n", 0])),
  "a transaction under a lock": (engine) =>
    engine.transact((transaction) => transaction.get(["n", 0]), { lock: "n" }),
  "the log's head": async (engine) => (await engine.log.head("a")).offset,
  "the log's past": async (engine) => (await engine.log.kept("a")).at(-1)?.data,
  "the log from an offset": async (engine) => {
    const entries = await engine.log.since("a", 0, 10);
    return entries === "lost" ? 0 : entries.at(-1)?.data;
  },
};

testWith(
  postgres.missing,
  "what the primary has and no standby is told to nobody: it is gone when the standby takes over",
  async () => {
    await using primary = await PostgresServer.start({ fsync: "on" });
    await using standby = await primary.standby("second");
    await primary.configure({ synchronous_standby_names: "second" });
    await primary.sql("select pg_reload_conf()");
    await until(
      async () => (await primary.sql("select sync_state from pg_stat_replication"))[0] === "sync",
      "the standby to be waited for",
    );
    const location = `postgres://heliograph@127.0.0.1:${standby.port},127.0.0.1:${primary.port}/postgres`;
    using writer = await openEngine(location);
    using reader = await openEngine(location);
    const heard: unknown[] = [];
    const stop = new AbortController();
    const following = (async () => {
      for await (const news of reader.log.follow(() => true, stop.signal)) {
        if (news !== "anew") heard.push(...news.map(({ data }) => data));
      }
    })();
    await keep(writer, 1);
    await until(() => heard.length === 1, "what was kept to be heard of");
    await standby.stop("SIGQUIT");
    const waiting = "select pid from pg_stat_activity where wait_event = 'SyncRep'";
    const unknown = assertRejects(() => keep(writer, 2), Error, "nobody knows whether");
    await until(async () => (await primary.sql(waiting)).length > 0, "the wait for the standby");
    await primary.sql(`select pg_cancel_backend(pid) from (${waiting}) as waiting`);
    await unknown;
    assertEquals(await primary.sql("select value from heliograph.store where key like 'n%'"), ["2"]);
    const answers = Object.entries(ways).map(async ([way, read]) => {
      // Refused is as good as what the standby has.
      return [way, await read(reader).catch(() => 1)];
    });
    await until(async () => (await primary.sql(waiting)).length > 0, "those who read to wait");
    await primary.stop("SIGQUIT");
    await standby.resume();
    await standby.configure({ synchronous_standby_names: "" });
    await standby.promote();
    await standby.sql("select pg_reload_conf()");
    assertEquals(await Promise.all(answers), Object.keys(ways).map((way) => [way, 1]));
    await until(() => keep(writer, 3).then(() => true, () => false), "the new primary to work");
    await until(() => heard.includes(3), "what is kept by the new primary to be heard of");
    assertEquals(heard, [1, 3]);
    for (const [way, read] of Object.entries(ways)) {
      assertEquals([way, await read(reader)], [way, way.includes("head") ? 2 : 3]);
    }
    stop.abort();
    await inTime(following, "the end of following");
  },
);
