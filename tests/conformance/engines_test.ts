import { openEngine } from "../../lib/engine/mod.ts";
import { temporaryFolder } from "../engine/folder.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { postgres, PostgresServer } from "../helpers/postgres.ts";
import { testWith } from "../helpers/programs.ts";
import { type OpenLog, testLog } from "./log_suite.ts";
import { type OpenStore, testStore } from "./store_suite.ts";

const history = { size: 20, ttl: 60_000 };

const inMemory: OpenStore & OpenLog = async () => {
  const clock = new FakeClock();
  const engine = await openEngine(":memory:", { history, clock });
  return {
    engine,
    store: engine,
    again: undefined,
    pass: (milliseconds) => clock.advance(milliseconds),
    [Symbol.asyncDispose]: () => Promise.resolve(engine.close()),
  };
};

const inFile: OpenStore & OpenLog = async () => {
  const clock = new FakeClock();
  const folder = await temporaryFolder();
  const again = () => openEngine(`${folder.path}/store.db`, { history, clock });
  const engine = await again();
  return {
    engine,
    store: engine,
    again,
    pass: (milliseconds) => clock.advance(milliseconds),
    async [Symbol.asyncDispose]() {
      engine.close();
      await folder[Symbol.asyncDispose]();
    },
  };
};

let database: PostgresServer | undefined;

const inPostgres: OpenStore & OpenLog = async () => {
  const server = database ??= await PostgresServer.start();
  const location = server.location();
  const schema = new URL(location).searchParams.get("schema");
  // Each server's own clock is off, by another time.
  const again = () => openEngine(location, { history, clock: new FakeClock(1e12 * Math.random()) });
  const engine = await again();
  return {
    engine,
    store: engine,
    again,
    async pass(milliseconds) {
      for (const table of ["log", "channels"]) {
        await server.sql(`update ${schema}.${table} set at = at - ${milliseconds}`);
      }
    },
    [Symbol.asyncDispose]: () => Promise.resolve(engine.close()),
  };
};

Deno.test.afterAll(() => database?.[Symbol.asyncDispose]());

const engines = [
  ["Deno KV in memory", inMemory, undefined],
  ["Deno KV in a file", inFile, undefined],
  ["PostgreSQL", inPostgres, postgres.missing],
] as const;

for (const [name, open, missing] of engines) {
  if (missing !== undefined) testWith(missing, name, () => Promise.resolve());
  else {
    testStore(name, open);
    testLog(name, open);
  }
}
