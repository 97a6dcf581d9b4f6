import { assert } from "@std/assert";
import { postgres, PostgresServer } from "../helpers/postgres.ts";
import { TemporaryFolder } from "../helpers/process.ts";
import { testWith } from "../helpers/programs.ts";
import { killServers } from "./crash/cluster_kills.ts";
import { Random } from "./crash/random.ts";

testWith(
  postgres.missing,
  "servers of a database are killed under load: what any of them confirmed is kept, once and in order, and clients go on elsewhere",
  async (test) => {
    const seed = Number(Deno.env.get("CRASH_SEED") ?? crypto.getRandomValues(new Uint32Array(1))[0]);
    await using folder = await TemporaryFolder.make();
    await using database = await PostgresServer.start({ fsync: "on" });
    await test.step(`6 kills, CRASH_SEED=${seed}`, async () => {
      const random = new Random(seed);
      const report = await killServers({ kills: 6, store: database.location(), cwd: folder.path, random });
      assert(report.moves > 0);
    });
  },
);
