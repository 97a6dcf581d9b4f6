import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { guardedKv } from "../../lib/engine/kv/guarded_kv.ts";
import { StoreGuard } from "../../lib/engine/kv/store_guard.ts";
import { openEngine } from "../../lib/engine/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { temporaryFolder } from "./folder.ts";

type Path = string;

/** What may happen to a store's files behind the back of a running server. */
const harm: Record<string, (store: Path) => Promise<void>> = {
  "all its files are removed": async (store) => {
    for (const suffix of ["", "-wal", "-shm"]) await Deno.remove(store + suffix);
  },
  "its file is removed": (store) => Deno.remove(store),
  "its file is moved away": (store) => Deno.rename(store, `${store}.away`),
  "its file is replaced by a copy": async (store) => {
    await Deno.copyFile(store, `${store}.copy`);
    await Deno.rename(`${store}.copy`, store);
  },
  "its file is cut off": (store) => Deno.truncate(store, 8192),
  "its file is emptied": (store) => Deno.truncate(store),
  "every third page of its file is overwritten": overwritePages,
  "every third page of its log is overwritten": (store) => overwritePages(`${store}-wal`),
  "its log is removed": (store) => Deno.remove(`${store}-wal`),
  "its log is emptied": (store) => Deno.truncate(`${store}-wal`),
  "its log is cut off": async (store) => {
    const { size } = await Deno.stat(`${store}-wal`);
    await Deno.truncate(`${store}-wal`, size / 10);
  },
};

function noise(size: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(size));
}

async function overwritePages(path: Path): Promise<void> {
  await change(
    path,
    `
    const pages = file.statSync().size / 4096;
    for (let page = 0; page < pages; page += 3) {
      file.seekSync(page * 4096, Deno.SeekMode.Start);
      file.writeSync(crypto.getRandomValues(new Uint8Array(4096)));
    }`,
  );
}

/** Leaves SQLite's index as it is while a process is changing it: the second of its two copies first. */
async function changeIndexByHalf(store: Path): Promise<void> {
  await change(
    `${store}-shm`,
    `
    file.seekSync(48 + 8, Deno.SeekMode.Start);
    file.writeSync(crypto.getRandomValues(new Uint8Array(4)));`,
  );
}

/** Has another process run some code on a file: closing the file in this one would drop SQLite's locks on it. */
async function change(path: Path, code: string): Promise<void> {
  const opened = `const file = Deno.openSync("${path}", { read: true, write: true });`;
  const { success } = await new Deno.Command(Deno.execPath(), { args: ["eval", opened + code] }).output();
  assert(success);
}

for (const [what, act] of Object.entries(harm)) {
  for (const size of [1000, 60_000]) {
    Deno.test(`no commit of ${size} bytes counts once ${what}, and none is tried afterwards`, async () => {
      await using folder = await temporaryFolder();
      const path = `${folder.path}/store.db`;
      using engine = await openEngine(path);
      for (let index = 0; index < 90; index += 1) await engine.set(["n", index], noise(size));
      assertEquals(engine.fault(), undefined);
      await act(path);
      const { message } = await assertRejects(() => engine.set(["late"], noise(size)), Error);
      assertStringIncludes(message, path);
      assertEquals(engine.fault(), message);
      await assertRejects(() => engine.set(["later"], 1), Error, message);
    });
  }
}

/** A store whose index another process is changing after each write, and in which reading is done otherwise. */
async function openChanging(store: Path, clock: FakeClock, read: (database: Deno.Kv) => Promise<unknown>) {
  const database = await Deno.openKv(store);
  await database.set(["first"], 1);
  const guard = new StoreGuard(store);
  guard.watch();
  const changing = new Proxy(database, {
    get(_, name) {
      if (name === "get") return () => read(database);
      if (name !== "set") return Reflect.get(database, name, database).bind(database);
      return async (key: Deno.KvKey, value: unknown) => {
        const result = await database.set(key, value);
        await changeIndexByHalf(store);
        return result;
      };
    },
  });
  return { guard, kv: guardedKv(changing, guard, clock) };
}

Deno.test("a commit counts although another process is changing the index for a while, or ended in the midst of it", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/store.db`;
  const { guard, kv } = await openChanging(path, new FakeClock(), async (database) => {
    assertEquals([guard.check(), guard.version, guard.isSound], [false, "being changed", true]);
    return await database.get(["first"]);
  });
  for (const number of [1, 2, 3]) assert((await kv.set(["n"], number)).ok);
  assertEquals([guard.check(), guard.fault], [true, undefined]);
  kv.close();
});

Deno.test("an index that nobody changes to the end is damaged", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/store.db`;
  const clock = new FakeClock();
  const { guard, kv } = await openChanging(path, clock, () => {
    clock.standStill(1000);
    return Promise.resolve();
  });
  await assertRejects(() => kv.set(["n"], 1), Error, "has a damaged -shm file");
  assertEquals(guard.isSound, false);
  kv.close();
});

Deno.test("whatever is read of a store, that SQLite finds it damaged is said in the same words, and stays so", async () => {
  const reads: Record<string, (kv: Deno.Kv) => Promise<unknown>> = {
    get: (kv) => kv.get(["a"]),
    getMany: (kv) => kv.getMany([["a"]]),
    list: (kv) => Array.fromAsync(kv.list({ prefix: ["a"] })),
  };
  for (const [what, read] of Object.entries(reads)) {
    await using folder = await temporaryFolder();
    const path = `${folder.path}/store.db`;
    const database = await Deno.openKv(path);
    await database.set(["a", 1], 1);
    const guard = new StoreGuard(path);
    guard.watch();
    const fail = () => Promise.reject(new Error("database disk image is malformed"));
    const list = (selector: Deno.KvListSelector) => Object.assign(database.list(selector), { next: fail });
    const broken = new Proxy(database, {
      get: (_, name) =>
        name === "list" ? list : name === what ? fail : Reflect.get(database, name, database).bind(database),
    });
    const kv = guardedKv(broken, guard);
    const { message } = await assertRejects(() => read(kv), Error, `${path} is damaged`, what);
    assertEquals(guard.fault, message);
    await assertRejects(() => kv.set(["a", 1], 2), Error, message);
    kv.close();
  }
});

Deno.test("a store in use by several connections and processes, through many checkpoints, is not suspected", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/store.db`;
  const module = new URL("../../lib/engine/mod.ts", import.meta.url).href;
  const write = `
    import { openEngine } from "${module}";
    const store = await openEngine("${path}");
    for (let index = 0; index < 400; index += 1) {
      await Promise.all([1, 2, 3].map((part) => store.set(["n", Deno.pid, part, index], new Uint8Array(20_000))));
    }
    store.close();`;
  using store = await openEngine(path);
  using second = await openEngine(path);
  const args = ["eval", "--unstable-kv", write];
  const others = [1, 2].map(() => new Deno.Command(Deno.execPath(), { args, stderr: "inherit" }).output());
  for (let index = 0; index < 200; index += 1) {
    await Promise.all(
      [store, second].map((kv, number) => kv.set(["n", number, index], new Uint8Array(30_000))),
    );
  }
  assertEquals((await Promise.all(others)).map(({ code }) => code), [0, 0]);
  await store.set(["last"], 1);
});

Deno.test("a store in memory has no files that could be lost", async () => {
  using engine = await openEngine(":memory:");
  await engine.set(["a"], 1);
  assertEquals(engine.fault(), undefined);
});
