import { openEngine } from "../../lib/engine/mod.ts";
import { temporaryFolder } from "../engine/folder.ts";
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

for (const [name, open] of [["Deno KV in memory", inMemory], ["Deno KV in a file", inFile]] as const) {
  testStore(name, open);
  testLog(name, open);
}
