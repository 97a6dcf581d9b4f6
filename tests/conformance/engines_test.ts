import { openEngine } from "../../lib/engine/mod.ts";
import { temporaryFolder } from "../engine/folder.ts";
import { postgres, PostgresServer } from "../helpers/postgres.ts";
import { testWith } from "../helpers/programs.ts";
import { type OpenLog, testLog } from "./log_suite.ts";
import { type OpenStore, testStore } from "./store_suite.ts";

const history = { size: 20, ttl: 60_000 };

const inMemory: OpenStore & OpenLog = async (clock?: Parameters<OpenLog>[0]) => {
  const engine = await openEngine(":memory:", { history, ...(clock && { clock }) });
  return {
    engine,
    store: engine,
    again: undefined,
    [Symbol.asyncDispose]: () => Promise.resolve(engine.close()),
  };
};

const inFile: OpenStore & OpenLog = async (clock?: Parameters<OpenLog>[0]) => {
  const folder = await temporaryFolder();
  const again = () => openEngine(`${folder.path}/store.db`, { history, ...(clock && { clock }) });
  const engine = await again();
  return {
    engine,
    store: engine,
    again,
    async [Symbol.asyncDispose]() {
      engine.close();
      await folder[Symbol.asyncDispose]();
    },
  };
};

let database: PostgresServer | undefined;

const inPostgres: OpenStore & OpenLog = async (clock?: Parameters<OpenLog>[0]) => {
  database ??= await PostgresServer.start();
  const location = database.location();
  const again = () => openEngine(location, { history, ...(clock && { clock }) });
  const engine = await again();
  return {
    engine,
    store: engine,
    again,
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
