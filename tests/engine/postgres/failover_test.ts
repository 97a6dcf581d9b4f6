import { assertEquals, assertRejects } from "@std/assert";
import { type Engine, openEngine } from "../../../lib/engine/mod.ts";
import { postgres, PostgresServer } from "../../helpers/postgres.ts";
import { testWith } from "../../helpers/programs.ts";
import { inTime, until } from "../../helpers/until.ts";

/** Adds to a list under a lock, and answers what was confirmed of it. */
async function add(engine: Engine, value: number): Promise<number> {
  return await engine.transact(async (transaction) => {
    const list = await transaction.get<number[]>(["list"]) ?? [];
    transaction.set(["list"], [...list, value]);
    await transaction.append("list", value);
    return value;
  }, { lock: "list" });
}

testWith(
  postgres.missing,
  "a standby takes over: nothing that was confirmed is lost, and servers find it by themselves",
  async () => {
    await using primary = await PostgresServer.start({ fsync: "on" });
    await using standby = await primary.standby("second");
    await primary.configure({ synchronous_standby_names: "second" });
    await primary.sql("select pg_reload_conf()");
    const location = `postgres://heliograph@127.0.0.1:${standby.port},127.0.0.1:${primary.port}/postgres`;
    await until(
      async () => (await primary.sql("select sync_state from pg_stat_replication"))[0] === "sync",
      "the standby to be waited for",
    );
    using engine = await openEngine(location, { durability: "replicated" });
    const heard: unknown[] = [];
    const stop = new AbortController();
    using other = await openEngine(location);
    const following = (async () => {
      for await (const news of other.log.follow(() => true, stop.signal)) {
        if (news !== "anew") heard.push(...news.map(({ data }) => data));
      }
    })();
    assertEquals(await engine.transact((transaction) => transaction.durability()), "replicated");
    const confirmed: number[] = [];
    let isOver = false;
    const writing = (async () => {
      for (let value = 1; !isOver; value += 1) {
        await add(engine, value).then((value) => confirmed.push(value), () => {});
      }
    })();
    await until(() => confirmed.length > 20, "some confirmations");
    await primary.stop("SIGQUIT");
    await standby.sql("alter system reset synchronous_standby_names");
    await standby.promote();
    // As an operator does who has no second standby.
    await standby.configure({ synchronous_standby_names: "" });
    await standby.sql("select pg_reload_conf()");
    await until(() => engine.fault() !== undefined, "the loss to be noticed");
    isOver = true;
    await writing;
    // Below what is wanted nothing is confirmed.
    await assertRejects(() => add(engine, 0), Error, "would be kept in disk");
    using again = await openEngine(location);
    await until(() => add(again, 1_000_000).then(() => true, () => false), "the new primary to work");
    const kept = new Set(await again.get<number[]>(["list"]));
    assertEquals(confirmed.filter((value) => !kept.has(value)), []);
    await until(() => heard.includes(1_000_000), "what is appended to the new primary");
    assertEquals(confirmed.filter((value) => !heard.includes(value)), []);
    stop.abort();
    await inTime(following, "the end of following");
  },
);

testWith(postgres.missing, "where every host is a standby or gone, each is named", async () => {
  await using primary = await PostgresServer.start();
  await using standby = await primary.standby("second");
  await assertRejects(
    () => openEngine(`postgres://heliograph@127.0.0.1:${standby.port},127.0.0.1:1/postgres`),
    Error,
    `127.0.0.1:${standby.port}: is a standby, which takes no writes; 127.0.0.1:1: `,
  );
});
